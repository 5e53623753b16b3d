"""Formulas, markup and script in every text of a desk: none lives on a page, none in a file that is taken away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import openpyxl
import pytest
from hostile import PAYLOADS, TYPED, Skeleton, harmless, hostile, hostile_desk, paths_of
from markupsafe import escape
from visitors import FIELDS, Visitor

from fraudmatch.corrections import FORMULA
from fraudmatch.report.clean import clean_text, guard_text, typed_lines
from fraudmatch.review.desk import Desk

Opened = tuple[Desk, dict[str, Visitor]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Opened]]:
    """The hostile desk, and the harmless one."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("payloads")
        yield {
            name: hostile_desk(root / name, patch.setattr, texts)
            for name, texts in (("hostile", hostile), ("harmless", harmless))
        }


def pages(opened: Opened) -> Iterator[tuple[str, str, str]]:
    """(partner, path, page) of every page of everybody."""
    desk, visitors = opened
    for partner, visitor in visitors.items():
        for path in paths_of(desk, partner):
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            yield partner, path, answer.text


def test_every_page_is_made_of_the_same_whatever_its_texts_say(both: dict[str, Opened]) -> None:
    seen, there = set(), 0
    for one, other in zip(pages(both["hostile"]), pages(both["harmless"]), strict=True):
        assert one[:2] == other[:2]
        found = Skeleton(one[2])
        assert found.parts == Skeleton(other[2]).parts, one[:2]
        text = "\n".join((*found.texts, *found.values))
        seen |= {payload for payload in PAYLOADS if clean_text(payload) in text}
        there += 1
    assert there > 90 and set(PAYLOADS) - seen == set()


def test_what_was_typed_wrongly_stands_in_the_form_again_as_text(both: dict[str, Opened]) -> None:
    """Every form that shows again what was typed, with every payload in every field of its own."""
    desk, visitors = both["hostile"]
    partner, visitor = next(iter(visitors.items()))
    key = next(
        key for key in desk.board.worklist(desk.site.partner(partner)).keys
        if desk.askable(desk.accounts.find(partner), key)  # type: ignore[arg-type]
    )  # fmt: skip
    forms = {
        "deciding.decide": f"/case/{key}/decide", "acts.note": f"/case/{key}/note", "acts.document": f"/case/{key}/document",
        "acts.state": f"/case/{key}/state",
        "acts.give": f"/case/{key}/give", "acts.set_day": f"/case/{key}/day", "questions.ask": f"/case/{key}/ask",
        "finding.find": "/find",
    }  # fmt: skip
    known, shown = _kinds(page for _, _, page in pages(both["harmless"])), 0
    for endpoint, path in forms.items():
        for payload in ("Word", *PAYLOADS):
            typed = dict.fromkeys(FIELDS[endpoint], payload)
            answer = visitor.send(path, visitor.form(endpoint, key, version="99", **typed))
            assert answer.status_code in (303, 400, 409, 429), (endpoint, payload)
            if answer.status_code == 303:
                visitor.get("/find")  # where what was done is said once
            else:
                if payload == "Word":
                    known |= _kinds([answer.text])
                assert _kinds([answer.text]) <= known, (endpoint, payload)
                shown += str(escape(typed_lines(payload))) in answer.text
    assert shown > 3 * len(PAYLOADS)


def _kinds(found: Iterable[str]) -> set[tuple[str, ...]]:
    """Elements of pages, each with the names of its attributes."""
    return {part for page in found for part in Skeleton(page).parts}


def test_addresses_bring_nothing_to_life(both: dict[str, Opened]) -> None:
    _, visitors = both["hostile"]
    visitor = next(iter(visitors.values()))
    visitor.get("/")  # what is said once
    known = _kinds(page for _, _, page in pages(both["harmless"]))
    for name in ("whose", "state", "rule", "least", "due", "order", "page"):
        for payload in PAYLOADS:
            answer = visitor.browser.get("/", query_string={name: payload})
            assert answer.status_code == 200 and _kinds([answer.text]) <= known, (name, payload)


def test_files_hold_the_texts_and_no_formula(both: dict[str, Opened]) -> None:
    desk, visitors = both["hostile"]
    references = set()
    for partner, visitor in visitors.items():
        cases = desk.board.worklist(desk.site.partner(partner)).cases.table.to_pylist()
        own = [case["own_reference"] for case in cases]
        sheet = list(
            csv.DictReader(io.StringIO(visitor.get("/cases.csv?state=").data.decode("utf-8-sig"), newline=""))
        )
        assert [row["Your reference"] for row in sheet] == [guard_text(text) for text in own]
        assert not any(FORMULA.match(cell) for row in sheet for cell in row.values() if not _number(cell))
        told = json.loads(visitor.get("/cases.json?state=").data)
        assert [case["own_reference"] for case in told["cases"]] == own
        book = openpyxl.load_workbook(io.BytesIO(visitor.get("/cases.xlsx?state=").data))
        cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
        assert {clean_text(text) for text in own} <= {str(cell.value) for cell in cells}
        references |= set(own)
    assert len(references & {clean_text(text) for text in PAYLOADS}) > 30


def _number(cell: str) -> bool:
    return cell.replace(".", "", 1).removeprefix("-").isdigit()


def test_a_page_that_is_not_careful_would_be_seen() -> None:
    careless = [Skeleton(f"<p>{text}</p>").parts for text in ("Word", "<img src=x onerror=alert(1)>")]
    assert careless[0] != careless[1]
    assert len(TYPED) > 90
