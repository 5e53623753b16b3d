"""Decisions and questions taken away as files: all of them, as they stand at the desk, text as text, and entered."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import Any

import openpyxl
import pytest
from flask import Flask
from payloads import PAYLOADS
from visitors import Visitor, keys_of, trace

from fraudmatch.caselog import Act
from fraudmatch.report.clean import clean_text, guard_text
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.schemas import CLEARED_REASONS

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
#: What somebody can type: a store keeps no text that is blank or too long.
TYPED = [
    "Two\nlines",
    *(text for text in PAYLOADS if text.strip() and len(text) < 1_500 and text == clean_text(text)),
]


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    """A desk with a decision and an answered question for each of many hostile texts."""
    app, sue = make_app(desk), Visitor(make_app(desk), desk, "sue")
    keys = keys_of(desk, "cheltenham")
    for key, text in zip(keys, TYPED, strict=False):
        form = sue.form(
            "deciding.decide", key, outcome="cleared", reason="moved", note=text, minutes="7", actual="12.50"
        )
        assert sue.send(f"/case/{key}/decide", form).status_code == 303
    cotswold = keys_of(desk, "cotswold")[0]
    for number, text in enumerate(TYPED):
        detail = {"flag": desk.night.flags_of[cotswold][0], "to": "cheltenham", "by": "2026-04-11"}
        act = Act(cotswold, tuple(desk.night.flags_of[cotswold]), "cotswold", "cos", "asked", detail, text)
        asked = desk.log.add(act, key=f"test:{number}", version=None, recorded_at=NOW)
        if number % 2:
            desk.board.catch_up()
            question = next(
                one for one in desk.board.questions("cheltenham") if one.asked.sequence == asked.sequence
            )
            desk.answer(desk.accounts.find("sue"), question, text, key=f"answer:{number}")
    return app


def in_cell(text: str | None) -> str:
    """How a text that was typed stands in CSV."""
    return guard_text((text or "").replace("\n", " / "))


def read(
    app: Flask, desk: Desk, name: str
) -> tuple[list[dict[str, str]], list[tuple[Any, ...]], list[dict[str, Any]]]:
    """The rows of a file of each kind."""
    sue = Visitor(app, desk, "sue")
    told = sue.get(f"/{name}.csv").data.decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(sue.get(f"/{name}.xlsx").data))
    assert not [
        cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
    ]
    rows = list(book.active.iter_rows(min_row=4, values_only=True))
    return (
        list(csv.DictReader(io.StringIO(told, newline=""))),
        rows,
        json.loads(sue.get(f"/{name}.json").data)[name],
    )


def test_decisions_are_there_whole_and_as_they_were_told(app: Flask, desk: Desk) -> None:
    sheet, book, told = read(app, desk, "decided")
    found = [event.decision for event in desk.board.decisions("cheltenham", below=None, most=None)]
    assert len(found) > 50 and [row["flag_key"] for row in told] == [one.flag_key for one in found]
    assert [row["note"] for row in told] == [one.note for one in found]
    assert [row["Note"] for row in sheet] == [in_cell(one.note) for one in found]
    assert [row["Actual (£)"] for row in sheet] == [
        "12.50" if one.value_actual_pence else "" for one in found
    ]
    assert {row["reason"] for row in told} == {CLEARED_REASONS["moved"]} and len(book) == len(found)
    assert {row[0] for row in book} == {dt.datetime(2026, 3, 31)}  # a date, of which the site speaks
    assert {row["decided_on"] for row in told} == {"2026-03-31"}
    assert {"Two\nlines"} == {row["note"] for row in told if "lines" in row["note"][:12]}


def test_questions_are_there_with_their_answers(app: Flask, desk: Desk) -> None:
    sheet, book, told = read(app, desk, "questions")
    found = desk.board.questions("cheltenham")
    assert len(found) == len(TYPED) == len(book) and {row["question"] for row in told} == set(TYPED)
    assert [row["answer"] for row in told] == [one.answer.act.note if one.answer else None for one in found]
    assert [row["Question"] for row in sheet] == [in_cell(one.asked.act.note) for one in found]
    assert {row["by"] for row in told} == {"2026-04-11"}


@pytest.mark.parametrize("name", ["decided", "questions"])
def test_a_file_is_entered_and_only_for_who_may_take_lists_away(app: Flask, desk: Desk, name: str) -> None:
    before = trace(desk)
    assert Visitor(app, desk, "ann").get(f"/{name}.csv").status_code == 200
    assert trace(desk).since(before) == {"report.exported": 1}
    for username in ("ada", "own", "nom", "pat", "aud"):
        assert Visitor(app, desk, username).get(f"/{name}.csv").status_code == 404
    assert Visitor(app, desk, "sue").get(f"/{name}.pdf").status_code == 404
    page = Visitor(app, desk, "sue").get(f"/{name}").text
    assert re.findall(rf'href="/{name}\.(\w+)"', page) == ["csv", "xlsx", "json"]
    assert f"/{name}.csv" not in Visitor(app, desk, "ada").get(f"/{name}").text


def test_a_council_takes_away_its_own_alone(app: Flask, desk: Desk) -> None:
    max_ = Visitor(app, desk, "max")
    assert json.loads(max_.get("/decided.json").data)["decided"] == []
    assert json.loads(max_.get("/questions.json").data)["questions"] == []
