"""Finding a case by a reference: an account somebody rings about, a key from a report. It needs a reason, is entered, and is limited.

What is looked through are the cases of one's own council and its own records in them. A person cannot be looked for by name
or address: the ICO's view on searches on demand (2021) is that they invite looking at people without cause, and `fraudmatch
subject` does it for those who must.
"""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, request

from fraudmatch.accounts import Right
from fraudmatch.ledger.entering import enter
from fraudmatch.report.words import counted
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.guard import account, needs, session, tell
from fraudmatch.review.sessions import Searches
from fraudmatch.review.typed import Wrong, as_typed, words

pages = Blueprint("finding", __name__)

#: Signs a reference must have, and a reason; cases that one search shows.
LEAST, LEAST_REASON, MOST_FOUND = 4, 10, 50


@pages.get("/find")
@needs(Right.SEE_CASES)
def page() -> Any:
    """The form, and what the last search of this session found."""
    desk_of().refresh()
    return _page()


@pages.post("/find")
@needs(Right.SEE_CASES)
def find() -> Any:
    """Look for cases by a reference of one's own council, or the beginning of a key."""
    desk, wrong = desk_of(), Wrong()
    desk.refresh()
    asked = " ".join(request.form.get("reference", "").split())
    if not LEAST <= len(asked) <= 60:
        wrong["reference"] = f"Write a reference or the beginning of a key, {LEAST} to 60 signs."
    reason = words(request.form, wrong, "reason") or ""
    if len(reason) < LEAST_REASON and "reason" not in wrong:
        wrong["reason"] = "Write why you look for it; it is kept in the ledger."
    if wrong:
        return _page(wrong), 400
    if not desk.searches.one_more(account().username):
        return _page(
            {"reference": f"You looked {Searches.AN_HOUR} times within an hour. Use your list, or wait."}
        ), 429
    keys = _found(desk, asked)
    enter(
        desk.site, "case.searched", by=account().username, partner=account().partner, detail={"found": len(keys)},
        keyed={"reference": asked, "reason": reason},
    )  # fmt: skip
    session().found = keys[:MOST_FOUND]
    said = f"{counted(len(keys), 'case')} found." + (
        " The first are shown." if len(keys) > MOST_FOUND else ""
    )
    tell("Found" if keys else "Nothing found", said if keys else "No case of your council tonight has it.")
    return flask.redirect(flask.url_for("finding.page"), 303)


def _page(wrong: Wrong | None = None) -> str:
    desk = desk_of()
    worklist = desk.worklist(account())
    places = [worklist.place[key] for key in session().found if key in worklist.place]
    return flask.render_template(
        "find.html", wrong=wrong or {}, typed=as_typed(request.form), rows=worklist.rows(places),
        titles={rule_id: text.title for rule_id, text in desk.night.rules.items()},
    )  # fmt: skip


def _found(desk: Desk, asked: str) -> list[str]:
    """Keys of the cases of one's council that have a record of its own by that reference, or a key that begins so; best first."""
    worklist, partner = desk.worklist(account()), str(account().partner)
    keys = set(desk.night.by_reference(partner).get(asked.casefold(), ()))
    wanted = asked.lower()
    if len(wanted) >= 8 and all(sign in "0123456789abcdef" for sign in wanted):
        keys |= {key for key in worklist.keys if key.startswith(wanted[:16])}
        keys |= {case for flag, case in desk.night.case_of.items() if flag.startswith(wanted)}
    return sorted((key for key in keys if key in worklist.place), key=worklist.place.__getitem__)
