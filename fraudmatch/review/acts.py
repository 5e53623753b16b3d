"""What a person does about a case beside deciding it: notes, how it stands, whose it is, by when."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from fraudmatch.accounts import Right
from fraudmatch.caselog.acts import WORKING
from fraudmatch.review.desk import desk_of
from fraudmatch.review.guard import account, needs
from fraudmatch.review.keeping import again, kept, may_work
from fraudmatch.review.typed import Wrong, day, words

pages = Blueprint("acts", __name__)


@pages.post("/case/<case_key>/note")
@needs(Right.WORK_CASES)
def note(case_key: str) -> Any:
    """Write a note; with a box ticked, declare an interest in the case."""
    may_work(case_key)
    wrong = Wrong()
    text = words(request.form, wrong, "words", needed="Write what there is to say.")
    if wrong:
        return again(case_key, wrong)
    interest = request.form.get("interest") == "yes"
    said = (
        "You declared an interest: you cannot work this case any more." if interest else "The note is kept."
    )
    return kept(case_key, "interest" if interest else "note", {}, text, said)


@pages.post("/case/<case_key>/document")
@needs(Right.WORK_CASES)
def document(case_key: str) -> Any:
    """Name a document that belongs to the case and is kept elsewhere: nothing is uploaded here, so nothing has to be purged here."""
    may_work(case_key)
    wrong = Wrong()
    text = words(request.form, wrong, "document", needed="Write where the document is kept.")
    if text is not None and "\n" in text:
        wrong["document"] = "Write one line for one document."
    if wrong:
        return again(case_key, wrong)
    return kept(case_key, "document", {}, text, "The document is named.")


@pages.post("/case/<case_key>/state")
@needs(Right.WORK_CASES)
def state(case_key: str) -> Any:
    """Say how the work on the case stands."""
    may_work(case_key)
    to = request.form.get("state", "")
    if to not in WORKING:
        return again(case_key, {"state": "Choose how it stands."})
    return kept(case_key, "state", {"state": to}, None, "How it stands is kept.")


@pages.post("/case/<case_key>/take")
@needs(Right.WORK_CASES)
def take(case_key: str) -> Any:
    """Take the case oneself, or give it back."""
    may_work(case_key)
    to = account().username if request.form.get("give_back") != "yes" else None
    return kept(case_key, "assigned", {"to": to}, None, "It is yours." if to else "It is nobody’s now.")


@pages.post("/case/<case_key>/give")
@needs(Right.ASSIGN)
def give(case_key: str) -> Any:
    """Give the case to a colleague, or to nobody."""
    may_work(case_key)
    desk, to = desk_of(), request.form.get("to") or None
    if to is not None and to not in [one.username for one in desk.colleagues(account())]:
        return again(case_key, {"to": "Choose a colleague from the list."})
    return kept(case_key, "assigned", {"to": to}, None, f"It is {to}’s now." if to else "It is nobody’s now.")


@pages.post("/case/<case_key>/day")
@needs(Right.ASSIGN)
def set_day(case_key: str) -> Any:
    """Set the day by which the case is to be done, or take it away."""
    may_work(case_key)
    wrong = Wrong()
    on = day(request.form, "on", wrong)
    if wrong:
        return again(case_key, wrong)
    return kept(case_key, "due", {"on": on}, None, "The day is kept." if on else "It has no day now.")
