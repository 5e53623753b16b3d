"""What was decided in earlier nights: seen by the council alone, and opened again with a reason."""

from __future__ import annotations

import re
import secrets

import pytest
from desk_people import Person
from flask import Flask
from visitors import Visitor, decided_before, keys_of

from fraudmatch.outcomes import Decision
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return make_app(desk)


def test_a_decision_of_an_earlier_night_is_opened_again_with_a_reason(app: Flask, desk: Desk) -> None:
    key, number = decided_before(desk, "cheltenham")
    sue = Person(app, desk, "sue")
    assert key[:12] in sue.get("/decided").text
    form = re.search(
        rf'action="/decided/reopen" .*?value="{key}".*?</form>', sue.get("/decided").text, re.DOTALL
    )
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0][-900:])) | {
        "flag": key,
        "seen": str(number),
    }
    answer = sue.send("/decided/reopen", fields | {"why": ""})
    assert answer.status_code == 400 and "Write why" in answer.text and f'href="#why-{key}"' in answer.text
    assert f'id="why-{key}"' in answer.text
    done = sue.send("/decided/reopen", fields | {"act": secrets.token_hex(16), "why": "A letter came"})
    assert done.status_code == 303 and "open again" in sue.get("/decided").text
    event = desk.board.newest(key)
    assert event is not None and (event.decision.outcome, event.decision.note) == (
        "reopened",
        "A letter came",
    )
    assert (event.decision.decided_by, event.supersedes) == ("sue", number)
    again = sue.send("/decided/reopen", fields | {"act": secrets.token_hex(16), "why": "Once more"})
    assert again.status_code == 404


def test_who_is_slower_is_told_and_keeps_what_was_typed(app: Flask, desk: Desk) -> None:
    key, number = decided_before(desk, "cheltenham")
    sue = Visitor(app, desk, "sue")
    form = {"act": secrets.token_hex(16), "flag": key, "seen": str(number), "why": "A letter came"}
    old = desk.board.newest(key)
    assert old is not None
    desk.tell(old.decision, key=secrets.token_hex(16), supersedes=number)  # somebody told it anew
    answer = sue.send("/decided/reopen", form)
    assert (
        answer.status_code == 409
        and "decided it anew" in answer.text
        and 'value="A letter came"' in answer.text
    )
    assert desk.board.newest(key).decision.outcome == "cleared"  # type: ignore[union-attr]


def test_only_ones_own_is_opened_again_but_for_who_gives_cases(app: Flask, desk: Desk) -> None:
    key, number = decided_before(desk, "cheltenham")
    form = {"flag": key, "seen": str(number), "why": "A letter came"}
    for username in ("ada", "cos", "max"):  # a colleague, and another council
        person = Visitor(app, desk, username)
        assert person.send("/decided/reopen", form | {"act": secrets.token_hex(16)}).status_code == 404
    assert "Open it again" not in Visitor(app, desk, "ann").get("/decided").text
    for odd in (
        "",
        "0" * 32,
        desk.night.flags_of[keys_of(desk, "cheltenham")[0]][0],
    ):  # the last is in a case
        answer = Visitor(app, desk, "sue").send(
            "/decided/reopen", form | {"act": secrets.token_hex(16), "flag": odd}
        )
        assert answer.status_code == 404
    for seen in ("", "x", "-1", "9" * 16):
        answer = Visitor(app, desk, "sue").send(
            "/decided/reopen", form | {"act": secrets.token_hex(16), "seen": seen}
        )
        assert answer.status_code == 400


def test_a_council_sees_its_own_decisions_and_the_newest_about_each_flag(app: Flask, desk: Desk) -> None:
    key, _ = decided_before(desk, "cotswold")
    gone = Decision(
        "ef" * 16, "FM-CT-001", "cotswold", "error", desk.night.as_at, decided_by="cos", note="One\nline more"
    )
    desk.tell(gone, key=secrets.token_hex(16), supersedes=None)
    mine, theirs = (Visitor(app, desk, name).get("/decided").text for name in ("cos", "ada"))
    assert (
        key[:12] in mine and "ef" * 6 in mine and "Not flagged any more" in mine and "One\nline more" in mine
    )
    assert key[:12] not in theirs and "ef" * 6 not in theirs


def test_older_decisions_follow_page_by_page(app: Flask, desk: Desk) -> None:
    for number in range(120):
        told = Decision(
            f"{number:032x}", "FM-CT-001", "tewkesbury", "error", desk.night.as_at, decided_by="x"
        )
        desk.tell(told, key=secrets.token_hex(16), supersedes=None)
    pages, below = [], None
    while not pages or len(pages[-1]) == 50:
        pages.append(desk.board.decisions("tewkesbury", below=below, most=50))
        below = pages[-1][-1].sequence
    assert [len(one) for one in pages] == [50, 50, 20]
    assert len({event.sequence for page in pages for event in page}) == 120
