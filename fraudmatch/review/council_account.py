"""Signing in with the account of one's council: to its provider and back. Only there where the site agreed on providers."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, Response, request

from fraudmatch.accounts.account import USERNAME
from fraudmatch.ledger.entering import enter
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.guard import for_anybody
from fraudmatch.review.openid import Begun, Providers, SignInError
from fraudmatch.review.signing_in import inside, signed_in, with_form

pages = Blueprint("council_account", __name__)

#: What is said for each reason; nothing that came from outside.
_WORDS = {
    "unreachable": "Your council's sign-in does not answer now. Try again in a few minutes.",
    "refused": "Your council's sign-in did not let you in.",
    "not_understood": "What came back from your council's sign-in does not hold. Try again from this page.",
    "no_account": "You have no account at this desk. Ask whoever keeps your council's accounts here.",
}


@pages.get("/sign-in/council")
@for_anybody
def go() -> Any:
    """Send a browser to a council's provider."""
    desk, providers = desk_of(), _providers()
    of = request.args.get("of", "")
    if of not in providers.clients:
        flask.abort(404)
    ticket, begun = providers.away.send(of, request.args.get("after", ""))
    try:
        answer = flask.redirect(providers.clients[of].address(begun), 303)
    except SignInError as error:
        return _refused(desk, begun, error.why)
    # Lax, since the browser comes back from another place; that cookie is good for this one thing.
    answer.set_cookie(
        _cookie(desk),
        ticket,
        max_age=600,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=desk.settings.secure,
    )
    return answer


@pages.get("/sign-in/back")
@for_anybody
def back() -> Any:
    """Somebody comes back from a provider."""
    desk, providers = desk_of(), _providers()
    begun = providers.away.back(request.cookies.get(_cookie(desk), ""))
    if begun is None:
        flask.abort(404)
    try:
        username = providers.clients[begun.of].username(begun, request.args.to_dict())
    except SignInError as error:
        return _refused(desk, begun, error.why)
    known = desk.accounts.known(username) if USERNAME.fullmatch(username) else None
    if known is None or not known.account.active or (known.account.partner or "") != begun.of:
        return _refused(desk, begun, "no_account", username if known else "")
    # A page of ours that leads on: the browser would send the session's cookie with no step that began elsewhere.
    to = inside(begun.after)
    page = flask.make_response(flask.render_template("signed_in.html", to=to, lead=f"0; url={to}"))
    return _forgotten(desk, signed_in(page, known, {"through": begun.of or "hub"}))


def _providers() -> Providers:
    found = desk_of().providers
    assert found is not None
    return found


def _refused(desk: Desk, begun: Begun, why: str, username: str = "") -> Any:
    """The form again, and an entry; a name that is no account is kept nowhere."""
    detail = {"why": why, "through": begun.of or "hub"}
    enter(desk.site, "session.refused", by=username or "somebody", detail=detail)
    return _forgotten(desk, flask.make_response(with_form(begun.after, wrong=_WORDS[why]), 401))


def _forgotten(desk: Desk, answer: Response) -> Response:
    answer.delete_cookie(_cookie(desk), path="/", secure=desk.settings.secure, httponly=True, samesite="Lax")
    return answer


def _cookie(desk: Desk) -> str:
    return f"{desk.settings.cookie}-away"
