"""The main guarantee at the desk (8.3): what a council reads there holds no value that it may not see.

Every field of every record of a random partnership is a token of its own. One account of every council opens every page,
file and refusal there is for it, asks others about flags, is asked and answers; what came back, headers and addresses
too, is searched for tokens of others. Not covered: pages of which a browser makes more than was sent, and what people type.
"""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import ANY

import pyarrow as pa
import pytest
from canaries import TOKEN, Canaries, leaks, partner_of, random_site, spellings, texts_of, values_of
from desk_in_memory import NOW, desk_over
from flask import Flask
from report_nights import RULES
from visitors import Visitor
from werkzeug.test import TestResponse

from fraudmatch.accounts import Account
from fraudmatch.report.disclosure import Sides, sides_of
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk

#: How many partnerships; `make long` takes 200.
MANY = int(os.environ.get("FRAUDMATCH_CANARIES", "3"))

Opened = Callable[[Canaries], Desk]


class Reader(Visitor):
    """A visitor of whom it is known what was read before."""

    def __init__(self, app: Flask, desk: Desk, username: str) -> None:
        super().__init__(app, desk, username)
        self.numbers, self.read = itertools.count(), set[str]()


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    (tmp_path / "site").mkdir()
    return lambda canaries: desk_over(canaries.night, tmp_path / "site", monkeypatch.setattr)


def note_of(partner: str) -> str:
    """What the officer of a council writes about its cases, for itself alone."""
    return f"Zqnoteof{partner}z"


def read_all(desk: Desk, folder: Path) -> None:
    """Everything that every council can read at a desk, one file an answer in its folder."""
    app = make_app(desk)
    visitors = {partner.id: Reader(app, desk, partner.id) for partner in desk.site.partners}
    for visitor in visitors.values():
        (folder / str(visitor.username)).mkdir(parents=True)
        for answer in _working(desk, visitor):
            _keep(folder, visitor, answer)
    for partner, visitor in visitors.items():
        for answer in _reading(desk, visitor, [other for other in visitors if other != partner]):
            _keep(folder, visitor, answer)


def _working(desk: Desk, visitor: Visitor) -> Iterator[TestResponse]:
    """A note on every case, and questions about some flags."""
    for place, key in enumerate(_cases(desk, str(visitor.username))):
        form = visitor.form("acts.note", key, words=note_of(str(visitor.username)))
        yield visitor.send(f"/case/{key}/note", form)
        form = visitor.form("questions.ask", key, question="Since when?")
        if place < 4 and form["about"]:
            yield visitor.send(f"/case/{key}/ask", form)


def _reading(desk: Desk, visitor: Visitor, others: list[str]) -> Iterator[TestResponse]:
    own = _cases(desk, str(visitor.username))
    yield visitor.get("/?state=")
    yield visitor.get("/questions")
    yield visitor.get("/decided")
    yield visitor.get("/decided.xlsx")
    yield visitor.get("/questions.csv")
    for kind in ("csv", "xlsx", "json"):
        yield visitor.get(f"/cases.{kind}?state=")
    for key in own:
        yield visitor.get(f"/case/{key}?order=value")
    for key in own[:3]:  # forms that are not taken, late, and not one's own
        yield visitor.send(f"/case/{key}/decide", visitor.form("deciding.decide", key, outcome="", note="x"))
        yield visitor.send(f"/case/{key}/decide", visitor.form("deciding.decide", key, version="99"))
        yield visitor.send(f"/case/{key}/note", {"csrf": "wrong"})
        yield visitor.send(f"/case/{key}/ask", visitor.form("questions.ask", key, about="0" * 32))
    for other in others:
        for key in _cases(desk, other)[:5]:
            yield visitor.get(f"/case/{key}")
            yield visitor.send(f"/case/{key}/ask", visitor.form("questions.ask", key))
    asked = itertools.count()
    for number in range(1, len(desk.log.events()) + 1):
        answer = visitor.get(f"/questions/{number}")
        yield answer
        if answer.status_code == 200 and next(asked) % 2 == 0:
            yield visitor.send(f"/questions/{number}/answer", visitor.form("questions.answer"))
            yield visitor.get(f"/questions/{number}")


def _cases(desk: Desk, partner: str) -> list[str]:
    return desk.board.worklist(desk.site.partner(partner)).keys


def _keep(folder: Path, visitor: Reader, answer: TestResponse) -> None:
    """Keep what came back, of text the lines that the reader has not read before."""
    assert answer.status_code < 500, answer.request.path
    place, number = folder / str(visitor.username), next(visitor.numbers)
    if answer.mimetype == "text/html":
        text = f"{answer.text}\n{answer.request.url}\n{answer.headers}"
        fresh = dict.fromkeys(line for line in text.splitlines() if line not in visitor.read)
        visitor.read.update(fresh)
        (place / f"{number:05}-{answer.status_code}.html").write_text("\n".join(fresh), encoding="utf-8")
    else:
        suffix = {"application/json": ".json", "text/csv": ".csv"}.get(answer.mimetype, ".xlsx")
        (place / f"{number:05}{suffix}").write_bytes(answer.data)
        (place / f"{number:05}.head").write_text(f"{answer.request.url}\n{answer.headers}", encoding="utf-8")


def strangers(canaries: Canaries, folder: Path) -> list[tuple[str, str]]:
    """(reader, writer) of every note of another council that a council reads."""
    ids = [partner.id for partner in canaries.night.partners]
    texts = {one: "\n".join(text for _, text in texts_of(folder / one)) for one in ids}
    assert all(note_of(one) in texts[one] for one in ids if list((folder / one).glob("*-303.html")))
    return [(one, other) for one in ids for other in ids if one != other and note_of(other) in texts[one]]


def seen_of_own(canaries: Canaries, desk: Desk, folder: Path) -> tuple[int, int]:
    """(how many of the values that pages of listed cases should show are there, how many there are)."""
    by_key = {str(row["flag_key"]): row for row in canaries.flags}
    values = {(record, column): value for _, record, column, value in values_of(canaries.night)}
    owners, there, all_ = canaries.night.records["partner"].to_pylist(), 0, 0
    for reader in canaries.night.partners:
        pages = "\n".join(text for name, text in texts_of(folder / reader.id) if name.endswith(".html"))
        for key in _cases(desk, reader.id):
            for row in (by_key[flag] for flag in desk.night.flags_of[key]):
                for side, shown in (("left_id", "show_left"), ("right_id", "show_right")):
                    record = row[side]
                    if record is None or not partner_of(row, reader.id):
                        continue
                    own = (
                        "name_as_written",
                        "address_as_written",
                        "date_of_birth",
                        *getattr(RULES[str(row["rule_id"])], shown),
                    )
                    for column in ("source_ref", *(own if owners[int(str(record))] == reader.id else ())):
                        all_ += 1
                        there += any(one in pages for one in spellings(values[int(str(record)), column]))
    return there, all_


@pytest.mark.parametrize("seed", range(MANY))
def test_no_council_reads_what_it_may_not_and_nearly_all_that_it_may(
    seed: int, opened: Opened, tmp_path: Path
) -> None:
    canaries = random_site(seed)
    desk = opened(canaries)
    read_all(desk, tmp_path / "read")
    assert leaks(canaries, tmp_path / "read") == []
    assert strangers(canaries, tmp_path / "read") == []
    there, all_ = seen_of_own(canaries, desk, tmp_path / "read")
    assert all_ > 200 and there >= 0.95 * all_, (there, all_)
    assert {event.act.kind for event in desk.log.events()} == {"note", "asked", "answered"}


def test_the_canaries_would_sing(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_gate(partner_id: str, flags: pa.Table) -> Sides:
        sides = sides_of(partner_id, flags)
        return replace(sides, seen_id=sides.other_id)

    monkeypatch.setattr("fraudmatch.report.disclosure.sides_of", open_gate)
    canaries = random_site(2)
    read_all(opened(canaries), tmp_path / "read")
    assert {"date_of_birth", "date_added"} <= {
        column for _, _, column, _ in leaks(canaries, tmp_path / "read")
    }


def test_a_case_of_another_council_would_sing_too(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the list of one council given to all, and every case everybody's, its notes are read by strangers."""
    canaries = random_site(1)
    desk = opened(canaries)
    real, first = desk.board.worklist, desk.site.partners[0]
    monkeypatch.setattr(desk.board, "worklist", lambda partner: real(first))
    monkeypatch.setattr(desk, "partner_of", lambda account: first)
    monkeypatch.setattr(desk.night, "owner_of", defaultdict(lambda: ANY))
    read_all(desk, tmp_path / "read")
    assert strangers(canaries, tmp_path / "read") and leaks(canaries, tmp_path / "read")


def test_who_sees_no_cases_reads_no_token(opened: Opened) -> None:
    canaries = random_site(0)
    desk = opened(canaries)
    for name, partner, role in (
        ("aud", None, "auditor"),
        ("sys", None, "system_administrator"),
        ("pat", "bodya", "partner_administrator"),
        ("own", "bodya", "dataset_owner"),
    ):
        desk.accounts.add(Account(name, name, partner, (role,)), None, by="root", recorded_at=NOW)
    app, keys = make_app(desk), [key for partner in desk.site.partners for key in _cases(desk, partner.id)]
    for name in ("aud", "sys", "pat", "own", None):
        visitor = Visitor(app, desk, name)
        for path in ("/", "/questions", "/cases.json", "/sign-in", *(f"/case/{key}" for key in keys[:20])):
            answer = visitor.get(path)
            assert not TOKEN.search(answer.text), path
