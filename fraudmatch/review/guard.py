"""What every request must meet before a page is made, and what every answer carries.

A page that does not say which right it needs is answered to nobody, so forgetting is safe.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar

import flask
from flask import Flask, Response, g, request

from fraudmatch.accounts import Account, Right
from fraudmatch.review.desk import desk_of
from fraudmatch.review.sessions import Session

View = TypeVar("View", bound=Callable[..., Any])

#: What a browser may load and do: only what comes from the desk itself, no inline script or style.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def needs(*rights: Right) -> Callable[[View], View]:
    """Mark a page as one for accounts with any of these rights; none given = for everybody who is signed in."""

    def marked(view: View) -> View:
        view.needs = rights  # type: ignore[attr-defined]
        return view

    return marked


def for_anybody(view: View) -> View:
    """Mark a page as one that shows nothing and is answered without signing in."""
    view.anybody = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Put the guard before and behind every page of an app."""
    app.before_request(_go_in)
    app.before_request(_admit)
    app.teardown_request(_go_out)
    app.after_request(_sealed)


def account() -> Account:
    """Who asks; only of pages that need signing in."""
    found: Account = g.account
    return found


def session() -> Session:
    """The session of the request; only of pages that need signing in."""
    found: Session = g.session
    return found


def tell(title: str, text: str, kind: str = "success") -> None:
    """Say something once, on the next page that the person sees."""
    session().told.append({"title": title, "text": text, "kind": kind})


def _go_in() -> None:
    desk_of().turnstile.enter()
    g.inside = True


def _go_out(error: BaseException | None) -> None:
    if g.pop("inside", False):
        desk_of().turnstile.leave()


def _admit() -> Response | None:
    settings, desk = flask.current_app.config["SETTINGS"], desk_of()
    if request.headers.get("Host", "") not in settings.hosts or not _path_alone():
        flask.abort(421)
    if request.method not in ("GET", "HEAD", "POST"):
        flask.abort(405)
    if request.method not in ("GET", "HEAD") and not _same_origin():
        flask.abort(403)
    view = flask.current_app.view_functions.get(request.endpoint or "")
    if view is None:  # no such page: told only to who is signed in
        return _signed_in() or flask.abort(404)
    if request.endpoint == "static" or getattr(view, "anybody", False):
        return None
    rights = getattr(view, "needs", None)
    if rights is None:
        flask.abort(404)
    if (redirect := _signed_in()) is not None:
        return redirect
    if request.method == "POST":
        brought = request.form.get("csrf", "").encode("utf-8", "replace")
        if not hmac.compare_digest(brought, session().csrf.encode("ascii")):
            flask.abort(403)
    if rights and not any(account().may(right) for right in rights):
        desk.refused(account(), request.endpoint or "")
        flask.abort(404)
    return None


def _path_alone() -> bool:
    """Whether the request line names a path and no host: one that does outweighs the Host header (RFC 9112 §3.2.2)."""
    return str(request.environ.get("REQUEST_URI", "/")).startswith("/")


def _same_origin() -> bool:
    """Whether a form comes from a page of this desk: browsers say so, and who says nothing is refused.

    Under our own Referrer-Policy a browser writes `Origin: null`, so that alone says nothing either way.
    """
    settings = flask.current_app.config["SETTINGS"]
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    own = f"{settings.scheme}://{request.headers.get('Host', '')}"
    if site is None:
        return origin == own
    return site == "same-origin" and origin in (own, "null")


def _signed_in() -> Response | None:
    """Find who asks; where nobody is signed in, the way to sign in."""
    settings, desk = flask.current_app.config["SETTINGS"], desk_of()
    found = desk.sessions.find(request.cookies.get(settings.cookie))
    known = desk.accounts.known(found.username) if found else None
    if found is not None and (known is None or known.mark != found.mark):
        desk.sessions.end_all(found.username, but=known.mark if known else None)
        found = None
    if found is None or known is None or not known.account.active:
        if request.method != "GET":
            flask.abort(401)
        path = request.full_path.rstrip("?")
        after = path if path != "/" else None
        answer: Any = flask.redirect(flask.url_for("signing_in.page", after=after), 303)
        return answer  # type: ignore[no-any-return]
    g.session, g.account = found, known.account
    return None


def _sealed(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    if flask.current_app.config["SETTINGS"].secure:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":  # the same for everybody, and named by content where it matters
        answer.headers["Cache-Control"] = "no-cache"
    return answer
