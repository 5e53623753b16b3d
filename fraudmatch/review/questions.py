"""Questions between councils about one flag: asked on the page of a case, answered by whose record the other one is.

Who answers sees the flag as its own partner may see it: its own record in full, and of the asking partner's what any
report would show. What is typed is read on both sides, and the form says so.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import flask
from flask import Blueprint, request
from markupsafe import Markup

from fraudmatch.accounts import Right
from fraudmatch.casepack import flag_body
from fraudmatch.report.disclosure import Column
from fraudmatch.review.board import Question
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.files import exported
from fraudmatch.review.guard import account, needs, tell
from fraudmatch.review.keeping import again, form_key, kept, may_work
from fraudmatch.review.typed import Wrong, as_typed, words

pages = Blueprint("questions", __name__)


@pages.post("/case/<case_key>/ask")
@needs(Right.WORK_CASES)
def ask(case_key: str) -> Any:
    """Ask the partner whose record the other one of a flag is."""
    may_work(case_key)
    desk, wrong = desk_of(), Wrong()
    flag = request.form.get("about", "")
    to = desk.askable(account(), case_key).get(flag)
    if to is None:
        wrong["about"] = "Choose what to ask about."
    text = words(request.form, wrong, "question", needed="Write what you want to know.")
    if wrong:
        return again(case_key, wrong)
    by = desk.today() + dt.timedelta(days=desk.terms.answer_days)
    said = f"{desk.site.partner(str(to)).name} has until {by.isoformat()} to answer."
    return kept(case_key, "asked", {"flag": flag, "to": to, "by": by.isoformat()}, text, said)


@pages.get("/questions")
@needs(Right.ANSWER)
def page() -> Any:
    """What other partners asked about records of the person's partner; open ones first, the most urgent at the top."""
    desk = desk_of()
    desk.refresh()
    return flask.render_template("questions.html", questions=desk.questions(account()), today=desk.today())


@pages.get("/questions.<kind>")
@needs(Right.EXPORT)
def export(kind: str) -> Any:
    """What the person's partner was asked and answered, as csv, xlsx or json."""
    desk = desk_of()
    desk.refresh()
    rows = (_as_row(desk, one) for one in desk.questions(account()))
    return exported(
        desk, "questions", kind, _COLUMNS, rows, f"Questions to {desk.partner_of(account()).name}"
    )


def _as_row(desk: Desk, one: Question) -> dict[str, Any]:
    asked, answer = one.asked.act, one.answer
    return {
        "number": one.asked.sequence, "asked_on": dt.date.fromisoformat(one.asked.recorded_at[:10]),
        "from": desk.site.partner(asked.partner).name, "flag_key": asked.detail["flag"], "question": asked.note,
        "by": dt.date.fromisoformat(asked.detail["by"]),
        "answered_on": dt.date.fromisoformat(answer.recorded_at[:10]) if answer else None,
        "answered_by": answer.act.actor if answer else None, "answer": answer.act.note if answer else None,
    }  # fmt: skip


#: What a file of questions has of each.
_COLUMNS = (
    Column("number", "Number", "integer", "flag"), Column("asked_on", "Asked on", "date", "flag"),
    Column("from", "From", "text", "other"), Column("flag_key", "Flag", "text", "flag"),
    Column("question", "Question", "text", "other"), Column("by", "Answer by", "date", "flag"),
    Column("answered_on", "Answered on", "date", "own"), Column("answered_by", "Answered by", "text", "own"),
    Column("answer", "Answer", "text", "own"),
)  # fmt: skip


@pages.get("/questions/<int:number>")
@needs(Right.ANSWER)
def question(number: int) -> Any:
    """One question, with the flag as the person's partner may see it."""
    desk_of().refresh()
    return _page(_found(number))


@pages.post("/questions/<int:number>/answer")
@needs(Right.ANSWER)
def answer(number: int) -> Any:
    """Answer it."""
    desk = desk_of()
    desk.refresh()
    found, wrong = _found(number), Wrong()
    text = words(request.form, wrong, "answer", needed="Write what you know.")
    if found.answer is not None:
        wrong["answer"] = "It was answered meanwhile; your words are still here."
    if wrong:
        return _page(found, as_typed(request.form), wrong), 409 if found.answer is not None else 400
    desk.answer(account(), found, str(text), key=form_key())
    tell("Sent", f"{desk.site.partner(found.asked.act.partner).name} sees your answer now.")
    return flask.redirect(flask.url_for("questions.page"), 303)


def _found(number: int) -> Question:
    found = next((one for one in desk_of().questions(account()) if one.asked.sequence == number), None)
    if found is None:
        flask.abort(404)
    return found


def _page(found: Question, typed: dict[str, Any] | None = None, wrong: Wrong | None = None) -> str:
    desk = desk_of()
    flag = desk.flag_asked(account(), found)
    return flask.render_template(
        "question.html", question=found, body=Markup(flag_body(flag)) if flag else None, typed=typed or {},
        wrong=wrong or {}, act=secrets.token_hex(16), today=desk.today(),
    )  # fmt: skip
