"""Accounts at the desk: those that the person keeps, and the person's own password."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask
from flask import Blueprint, request

from fraudmatch.accounts import NOMINATED, ROLES, Account, Right, keeps
from fraudmatch.errors import DecisionError
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.guard import account, needs, session, tell
from fraudmatch.review.typed import Wrong, as_typed

pages = Blueprint("people", __name__)


@pages.get("/accounts")
@needs(Right.KEEP_ACCOUNTS)
def page() -> Any:
    """The accounts that the person keeps, and the form for a new one."""
    return _page()


@pages.post("/accounts/add")
@needs(Right.KEEP_ACCOUNTS)
def add() -> Any:
    """Make an account."""
    desk, me = desk_of(), account()
    made = Account(
        request.form.get("username", "").strip().lower(), _name(), _partner(me), tuple(sorted(set(request.form.getlist("role"))))
    )  # fmt: skip
    wrong = _not_kept(me, made)
    if not wrong:
        try:
            password = request.form.get("password", "")
            by_council = desk.providers is not None and (made.partner or "") in desk.providers.clients
            told = (
                None if by_council and not password else password
            )  # who comes by the council's account needs none
            desk.accounts.add(made, told, by=me.username, recorded_at=desk.now())
        except DecisionError as error:
            wrong = _told(error, "username")
    return (_page(wrong), 400) if wrong else _done(f"{made.username} may sign in.")


@pages.get("/accounts/<username>")
@needs(Right.KEEP_ACCOUNTS)
def one(username: str) -> Any:
    """An account, to change it."""
    return _one(_kept(desk_of(), username))


@pages.post("/accounts/<username>/change")
@needs(Right.KEEP_ACCOUNTS)
def change(username: str) -> Any:
    """Keep name, roles and password of an account, or end it, or let it in again."""
    desk, me = desk_of(), account()
    found, end = _kept(desk, username), request.form.get("end")
    to = replace(found, active=end == "no") if end else replace(
        found, display_name=_name(), roles=tuple(sorted(set(request.form.getlist("role"))))
    )  # fmt: skip
    wrong = _not_kept(me, to)
    if not wrong:
        try:
            password = None if end else request.form.get("password") or None
            desk.accounts.change(to, by=me.username, recorded_at=desk.now(), password=password)
        except DecisionError as error:
            wrong = _told(error, "name")
    return (_one(found, wrong), 400) if wrong else _done(f"The account {username} is as you said.")


@pages.get("/password")
@needs()
def password_page() -> Any:
    """The form for a new password of one's own."""
    return flask.render_template("password.html", wrong={})


@pages.post("/password")
@needs()
def password() -> Any:
    """Keep a new password of one's own; every other browser of the person is signed out by it."""
    desk, me, new = desk_of(), account(), request.form.get("new", "")
    if seconds := desk.throttle.ask(me.username):
        said = f"There were too many tries. Wait {seconds} seconds, then try again."
        return flask.render_template("password.html", wrong={"old": said}), 429
    wrong: Wrong = {}
    if desk.accounts.who(me.username, request.form.get("old", "")) is None:
        wrong["old"] = "That is not your password."
    else:
        desk.throttle.right(me.username)
        if new != request.form.get("again", ""):
            wrong["again"] = "The two are not the same."
    if not wrong:
        try:
            desk.accounts.change(me, by=me.username, recorded_at=desk.now(), password=new)
        except DecisionError as error:
            wrong = {"new": _told(error, "new")["new"]}
    if wrong:
        return flask.render_template("password.html", wrong=wrong), 400
    known = desk.accounts.known(me.username)
    assert known is not None
    session().mark = known.mark
    tell("Kept", "Your new password is kept. Every other browser you were signed in with is signed out.")
    return flask.redirect(flask.url_for("case_list.page"), 303)


def _page(wrong: Wrong | None = None) -> str:
    desk, me = desk_of(), account()
    rows = [one for one in desk.accounts.all() if keeps(me, one)]
    return flask.render_template(
        "accounts.html", rows=rows, wrong=wrong or {}, typed=as_typed(request.form), chosen=request.form.getlist("role"),
        roles=_roles(me), titles={name: role.title for name, role in ROLES.items()},
        partners=desk.site.partners if me.partner is None else (), by_council=desk.providers is not None,
    )  # fmt: skip


def _one(found: Account, wrong: Wrong | None = None) -> str:
    chosen = request.form.getlist("role") if wrong else found.roles
    return flask.render_template(
        "account.html", found=found, wrong=wrong or {}, typed=as_typed(request.form), chosen=chosen,
        roles=_roles(account()),
    )  # fmt: skip


def _roles(me: Account) -> dict[str, tuple[str, str]]:
    """Role -> (its title, what it lets a person do), of those that the person may give."""
    fit = {
        name: role
        for name, role in ROLES.items()
        if (role.of_partner if me.partner else role.of_hub or name == "partner_administrator")
    }
    return {
        name: (
            role.title,
            ("of restricted people alone: " if name == NOMINATED else "")
            + "; ".join(right.value for right in Right if right in role.rights),
        )
        for name, role in fit.items()
    }


def _kept(desk: Desk, username: str) -> Account:
    """An account that the person keeps; of any other it is told no more than of one that is not there."""
    found = desk.accounts.find(username)
    if found is None or not keeps(account(), found):
        flask.abort(404)
    return found


def _not_kept(me: Account, made: Account) -> Wrong:
    """That the person may not keep an account like this."""
    if made.username == me.username:
        return {"username": "That is your own account; somebody else keeps it."}
    if keeps(me, made):
        return {}
    what = "Choose a role of the hub, without a partner; or partner administrator alone, with one."
    return {"role": what}


def _name() -> str:
    return " ".join(request.form.get("name", "").split())


def _partner(me: Account) -> str | None:
    return me.partner if me.partner is not None else request.form.get("partner") or None


def _told(error: DecisionError, otherwise: str) -> Wrong:
    """What is to be mended, by field of the form, in the order of the form."""
    if not error.problems:
        return {otherwise: error.message}
    found = {one.where: one.what[0].upper() + one.what[1:] for one in error.problems}
    if "name" in found:
        found["name"] = "Write the name of the person, at most 200 characters."
    if not request.form.getlist("role") and "roles" in found:
        found["roles"] = "Choose at least one role."
    order = {"username": "username", "name": "name", "partner": "partner", "roles": "role"}
    order |= {"password": "new" if otherwise == "new" else "password"}
    return {field: found[name] for name, field in order.items() if name in found}


def _done(said: str) -> Any:
    tell("Kept", said)
    return flask.redirect(flask.url_for("people.page"), 303)
