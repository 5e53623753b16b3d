"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from flask import Blueprint, request

from fraudmatch.accounts.account import USERNAME
from fraudmatch.accounts.kept import Known
from fraudmatch.ledger.entering import enter
from fraudmatch.review.desk import desk_of
from fraudmatch.review.guard import account, for_anybody, needs

pages = Blueprint("signing_in", __name__)


@pages.get("/sign-in")
@for_anybody
def page() -> str:
    """The form."""
    return with_form(request.args.get("after", ""))


@pages.post("/sign-in")
@for_anybody
def begin() -> Any:
    """Try a name and a password."""
    desk = desk_of()
    username = request.form.get("username", "").strip().lower()
    after = request.form.get("after", "")
    if seconds := desk.throttle.ask(username):
        _refused(username, "waits")
        words = f"There were too many tries for this name. Wait {seconds} seconds, then try again."
        return with_form(after, username, words), 429, {"Retry-After": str(seconds)}
    known = desk.accounts.who(
        username if USERNAME.fullmatch(username) else "", request.form.get("password", "")
    )
    if known is None:
        _refused(username, "wrong")
        return with_form(after, username, "Name and password do not go together."), 401
    desk.throttle.right(username)
    return signed_in(flask.redirect(inside(after), 303), known, {})


def signed_in(answer: Any, known: Known, detail: Mapping[str, str]) -> Any:
    """The answer with a session for an account, entered; the session that the browser had ends.

    Args:
        detail: for the ledger.
    """
    desk, found = desk_of(), known.account
    enter(desk.site, "session.begun", by=found.username, partner=found.partner, detail=detail)
    desk.sessions.end(request.cookies.get(desk.settings.cookie))
    answer.set_cookie(
        desk.settings.cookie, desk.sessions.begin(found.username, known.mark), path="/", httponly=True, samesite="Strict",
        secure=desk.settings.secure,
    )  # fmt: skip
    return answer


@pages.post("/sign-out")
@needs()
def end() -> Any:
    """End the session, here and in the browser."""
    desk = desk_of()
    desk.sessions.end(request.cookies.get(desk.settings.cookie))
    enter(desk.site, "session.ended", by=account().username, partner=account().partner)
    answer = flask.redirect(flask.url_for("signing_in.page"), 303)
    answer.delete_cookie(
        desk.settings.cookie, path="/", secure=desk.settings.secure, httponly=True, samesite="Strict"
    )
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def with_form(after: str, username: str = "", wrong: str = "") -> str:
    """The page to sign in, with what is wrong."""
    providers = desk_of().providers
    ways = [
        (flask.url_for("council_account.go", of=of, after=after or None), name)
        for of, name in (providers.names.items() if providers else ())
    ]
    return flask.render_template("sign_in.html", after=after, username=username, wrong=wrong, ways=ways)


def _refused(username: str, why: str) -> None:
    """Enter a failed try; a name that is none may be a password typed into the wrong field, and is not kept."""
    desk = desk_of()
    known = USERNAME.fullmatch(username) and desk.accounts.find(username) is not None
    enter(desk.site, "session.refused", by=username if known else "somebody", detail={"why": why})


def inside(after: str) -> str:
    """Where to go after signing in: a page of this desk and no other place."""
    if after.startswith("/") and not after.startswith("//") and "\\" not in after and after.isprintable():
        return after
    return flask.url_for("case_list.page")
