"""What takes two people: approving what a colleague proposes, and asking another council."""

from __future__ import annotations

import datetime as dt
import html
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from desk_people import Person

from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.entry import Entry
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.settings import Settings
from fraudmatch.review.terms import DeskTerms, read_terms
from fraudmatch.site import load_site
from fraudmatch.store.access import transaction

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
Someone = Callable[..., Person]


@pytest.fixture(scope="module")
def desk(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose partnership agreed that decisions about more than £2,000 wait for a second person."""
    folder = tmp_path_factory.mktemp("two") / "site"
    shutil.copytree(published, folder)
    (folder / "desk.toml").write_text("approval_above = 2000\nanswer_days = 7\n", encoding="utf-8")
    site = load_site(folder)
    return Desk(site, Settings(("localhost",)), now=lambda: NOW, terms=read_terms(site))


@pytest.fixture
def someone(desk: Desk) -> Someone:
    app = make_app(desk)
    return lambda username: Person(app, desk, username)


def great(person: Person, place: int) -> str:
    """A case with more at stake than one person decides alone."""
    return person.cases("?least=2001&state=new")[place]


def small(person: Person) -> str:
    """A case that one person decides."""
    return person.cases("?order=value&state=new&page=9999")[-1]


def decided(desk: Desk, key: str) -> list[str]:
    found = [desk.board.newest(flag) for flag in desk.night.decidable(key, "cheltenham")]
    return [event.decision.outcome for event in found if event is not None]


def test_a_great_decision_waits_and_counts_once_a_second_person_approves_it(
    someone: Someone, desk: Desk
) -> None:
    ada, sue = someone("ada"), someone("sue")
    key = great(ada, 0)
    done = ada.fill_in(key, "decide", outcome="error", note="Paid twice.", actual="3,000", minutes="40")
    assert done.status_code == 303 and "A second person is to approve it" in ada.get(done.location).text
    assert decided(desk, key) == [] and key in sue.cases("?state=awaiting_approval")
    page = sue.get(f"/case/{key}").text
    assert "Paid twice." in page and "£3,000.00 actual" in page and "Approve it" in page
    assert "Approve it" not in ada.get(f"/case/{key}").text
    assert sue.fill_in(key, "approve").status_code == 303
    events = [desk.board.newest(flag) for flag in desk.night.decidable(key, "cheltenham")]
    assert {event.decision.outcome for event in events} == {"error"}
    assert events[0].decision.decided_by == "ada" and events[0].decision.value_actual_pence == 300_000
    assert events[0].decision.note == "Paid twice." and events[0].decision.minutes == 40
    assert [event.act.kind for event in desk.board.history(key)] == ["proposed", "approved"]
    assert desk.board.standing(key, "cheltenham").state == "decided"
    assert sue.fill_in(key, "undo").status_code == 303 and set(decided(desk, key)) == {"reopened"}


def test_nobody_approves_what_is_one_s_own(someone: Someone, desk: Desk) -> None:
    sue = someone("sue")
    key = great(sue, 1)
    assert sue.fill_in(key, "decide", outcome="cleared", reason="moved").status_code == 303
    page = sue.get(f"/case/{key}").text
    assert "Somebody else approves it" in page
    form = {"csrf": page.split('name="csrf" value="')[1].split('"')[0], "act": "0" * 32, "version": "1"}
    for what in ("approve", "return"):
        assert sue.send(f"/case/{key}/{what}", form | {"why": "x"}).status_code == 403
    assert decided(desk, key) == [] and len(desk.board.history(key)) == 1
    assert sue.fill_in(key, "undo").status_code == 303
    assert (
        desk.board.state(key).proposed is None and desk.board.standing(key, "cheltenham").state == "in_review"
    )


def test_an_investigator_approves_nothing(someone: Someone, desk: Desk) -> None:
    ada, ben = someone("ada"), someone("ben")
    key = great(ada, 2)
    ada.fill_in(key, "decide", outcome="error")
    page = ben.get(f"/case/{key}").text
    assert "It waits for somebody who may approve it" in page
    form = {"csrf": page.split('name="csrf" value="')[1].split('"')[0], "act": "0" * 32, "version": "1"}
    assert ben.send(f"/case/{key}/approve", form).status_code == 404
    assert (
        ben.send(
            f"/case/{key}/decide",
            form | {"outcome": "error", "flag": desk.night.decidable(key, "cheltenham")},
        ).status_code
        == 409
    )
    assert decided(desk, key) == []


def test_what_is_given_back_says_why(someone: Someone, desk: Desk) -> None:
    ada, sue = someone("ada"), someone("sue")
    key = great(ada, 3)
    ada.fill_in(key, "decide", outcome="error")
    wrong = sue.fill_in(key, "return")
    assert wrong.status_code == 400 and 'href="#why"' in wrong.text and 'id="why-error"' in wrong.text
    assert sue.fill_in(key, "return", why="Ask the landlord first.").status_code == 303
    page = ada.get(f"/case/{key}").text
    assert "Ask the landlord first." in page and "Save the decision" in page and decided(desk, key) == []


def test_a_small_case_needs_nobody_else_but_one_with_an_interest_does(someone: Someone, desk: Desk) -> None:
    ada, ben = someone("ada"), someone("ben")
    key = small(ada)
    assert desk.worklist(desk.accounts.find("ada")).stake(key) <= 200_000
    ada.fill_in(key, "decide", outcome="error")
    assert set(decided(desk, key)) == {"error"}
    other = small(ada)
    ada.fill_in(other, "note", words="My cousin", interest="yes")
    ben.fill_in(other, "decide", outcome="error")
    assert decided(desk, other) == [] and desk.board.state(other).proposed is not None


def test_an_amount_typed_above_the_line_waits_and_what_cannot_be_told_does_not(
    someone: Someone, desk: Desk
) -> None:
    ada = someone("ada")
    key = small(ada)
    ada.fill_in(key, "decide", outcome="error", prevented="2000.01")
    assert desk.board.state(key).proposed is not None
    great_one = great(ada, 4)
    ada.fill_in(great_one, "decide", outcome="unresolved")
    assert set(decided(desk, great_one)) == {"unresolved"}


# ---------------------------------------------------------------------------------------
# Questions
# ---------------------------------------------------------------------------------------


def with_another(desk: Desk, person: Person, other: str) -> tuple[str, str]:
    """A case of the person's with a flag whose other record is of another partner: (case, flag)."""
    account = desk.accounts.find(person.username)
    for key in desk.worklist(account).keys:
        for flag, to in desk.askable(account, key).items():
            if to == other and not desk.board.history(key):
                return key, flag
    raise AssertionError("the sample has none")


def test_a_question_is_answered_by_the_other_council_that_sees_its_own_record_alone(
    someone: Someone, desk: Desk
) -> None:
    ada, cos = someone("ada"), someone("cos")
    key, flag = with_another(desk, ada, "cotswold")
    asked = ada.fill_in(key, "ask", about=flag, question="Since when does she live there?")
    assert asked.status_code == 303 and "2026-04-08" in ada.get(asked.location).text
    assert desk.board.standing(key, "cheltenham").state == "query_sent"
    (question,) = [one for one in desk.board.questions("cotswold") if one.asked.act.detail["flag"] == flag]
    listed = cos.get("/questions").text
    path = f"/questions/{question.asked.sequence}"
    assert path in listed and "Since when does she live there?" in listed
    page = cos.get(path)
    own = desk.night.pack(key, desk.site.partner("cheltenham"))
    shown = next(one for one in own.flags if one.key == flag)
    theirs = next(one for one in desk.night.pack(key, desk.site.partner("cotswold")).flags if one.key == flag)
    personal = ("Name", "Address", "Date of birth", "Nino")
    mine, yours = (
        {line.own for line in one.lines if line.own and line.heading in personal} for one in (shown, theirs)
    )
    assert yours and all(html.escape(value, quote=True) in page.text for value in yours)
    assert mine - yours and not any(html.escape(value, quote=True) in page.text for value in mine - yours)
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    act = page.text.split('name="act" value="')[1].split('"')[0]
    assert cos.send(f"{path}/answer", {"csrf": csrf, "act": act, "answer": " "}).status_code == 400
    for _ in range(2):  # sent twice
        cos.send(f"{path}/answer", {"csrf": csrf, "act": act, "answer": "Since 2019."})
    assert [event.act.kind for event in desk.board.history(key)] == ["asked", "answered"]
    page_of_ada = ada.get(f"/case/{key}").text
    assert "Since 2019." in page_of_ada and ">In review<" in page_of_ada


def test_a_question_is_nobody_else_s(someone: Someone, desk: Desk) -> None:
    ada, sue, cos, pat = (someone(name) for name in ("ada", "sue", "cos", "pat"))
    key, flag = with_another(desk, ada, "cotswold")
    ada.fill_in(key, "ask", about=flag, question="Is it let?")
    number = desk.board.questions("cotswold")[0].asked.sequence
    assert cos.get(f"/questions/{number}").status_code == 200
    for person in (sue, pat):
        assert person.get(f"/questions/{number}").status_code == 404
    assert cos.get("/questions/999999").status_code == 404 and cos.get("/questions/x").status_code == 404
    assert cos.get(f"/case/{key}").status_code == 404


@pytest.mark.parametrize("typed", [{"question": ""}, {"about": "0" * 32}, {"about": ""}])
def test_a_question_without_words_or_about_nothing_is_not_sent(
    someone: Someone, desk: Desk, typed: dict[str, str]
) -> None:
    ada = someone("ada")
    key, flag = with_another(desk, ada, "cotswold")
    before = len(desk.board.history(key))
    done = ada.fill_in(key, "ask", **{"about": flag, "question": "When?", **typed})
    assert done.status_code == 400 and len(desk.board.history(key)) == before


def test_the_terms_and_each_look_are_in_the_ledger(desk: Desk, someone: Someone) -> None:
    with transaction(desk.log.store.path) as connection:
        found = [Entry(*row) for row in entries(connection)]
    opened = [entry for entry in found if entry.action == "desk.opened"]
    assert len(opened) == 1 and opened[0].after_digest and opened[0].object == desk.night.run_id
    assert DeskTerms().approval_above is None
