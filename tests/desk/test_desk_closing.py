"""Looking at some cases of a list and closing the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from desk_people import Forms, Person

from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.review import closing
from fraudmatch.review.closing import SAMPLE, Closing
from fraudmatch.review.desk import Desk
from fraudmatch.review.terms import DeskTerms
from fraudmatch.store.access import transaction

Someone = Callable[..., Person]


def send(person: Person, what: str, query: str, page: str | None = None, **fields: Any) -> Any:
    form: dict[str, Any] = dict(Forms(page or person.get(f"/close?{query}").text).of(f"/{what}"))
    return person.send(f"/{what}?{query}", form | fields)


def rule_with(desk: Desk, least: int, taken: set[str]) -> str:
    """A rule with many open cases that no test before this one used."""
    worklist = desk.worklist(desk.accounts.find("sue"))
    found = sorted(worklist.rules, key=lambda rule: -len(worklist._of_rule[rule]))
    rule = next(rule for rule in found if rule not in taken)
    assert len(worklist._of_rule[rule]) >= least
    return rule


USED: set[str] = set()


@pytest.fixture
def rule(desk: Desk) -> str:
    found = rule_with(desk, 3, USED)
    USED.add(found)
    return f"rule={found}"


def open_keys(desk: Desk, rule: str) -> list[str]:
    worklist = desk.worklist(desk.accounts.find("sue"))
    from fraudmatch.review.worklist import Filter

    wanted = Filter(rule=rule.removeprefix("rule="))
    return [worklist.keys[place] for place in worklist.chosen(wanted, "sue", desk.today())]


def test_a_list_is_closed_with_one_reason_but_for_what_must_stay_open(
    someone: Someone, desk: Desk, rule: str
) -> None:
    sue, ada = someone("sue"), someone("ada")
    keys = open_keys(desk, rule)
    ada.fill_in(keys[0], "take")
    sue.fill_in(keys[1], "note", words="My street", interest="yes")
    done = send(sue, "close", rule, reason="already_corrected", note="Register was mended in April.")
    assert done.status_code == 303 and f"{len(keys) - 2} case" in sue.get(done.location).text
    assert open_keys(desk, rule) == sorted(keys[:2], key=keys.index)
    for key in keys[2:]:
        for flag in desk.night.decidable(key, "cheltenham"):
            told = desk.board.newest(flag).decision
            assert (told.outcome, told.reason, told.decided_by) == ("cleared", "already_corrected", "sue")
            assert told.note == "Register was mended in April." and told.minutes is None
    with transaction(desk.log.store.path) as connection:
        assert first_disagreement(connection) is None
    assert sue.fill_in(keys[-1], "undo").status_code == 303 and keys[-1] in open_keys(desk, rule)
    assert "1 more stays open: somebody else has it" in sue.get(f"/close?{rule}").text


def test_a_closing_is_taken_back_whole_but_for_what_was_decided_anew(
    someone: Someone, desk: Desk, rule: str
) -> None:
    sue, ada, max_ = someone("sue"), someone("ada"), someone("max")
    keys = open_keys(desk, rule)
    assert len(keys) > 2 and "Take a closing back" not in max_.get("/close").text
    send(sue, "close", rule, reason="moved", note="Zqclosedallofthem")
    assert open_keys(desk, rule) == []
    sue.fill_in(keys[0], "undo")
    ada.fill_in(keys[0], "decide", outcome="error")
    page = sue.get("/close").text
    assert "Zqclosedallofthem" in page and f"Take {len(keys) - 1} case" in page
    assert "Zqclosedallofthem" not in max_.get("/close").text
    form = next(fields for action, fields in Forms(page).forms if action.startswith("/close/undo"))
    assert max_.send("/close/undo", form | {"csrf": csrf_of(max_)}).status_code == 404
    assert ada.send("/close/undo", form | {"csrf": csrf_of(ada)}).status_code == 404
    assert sue.send("/close/undo", form | {"closing": "0" * 32}).status_code == 404
    for _ in range(2):  # sent twice it is told the same, and kept once
        done = sue.send("/close/undo", form)
        assert done.status_code == 303 and f"{len(keys) - 1} case" in sue.get(done.location).text
    assert open_keys(desk, rule) == keys[1:]
    assert {len(desk.board.history(key)) for key in keys[1:]} == {2}
    newest = desk.board.newest(desk.night.decidable(keys[0], "cheltenham")[0])
    assert newest.decision.outcome == "error" and "Zqclosedallofthem" not in sue.get("/close").text
    with transaction(desk.log.store.path) as connection:
        assert first_disagreement(connection) is None


def csrf_of(person: Person) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', person.get("/").text).group(1)


def test_what_is_closed_is_what_was_shown(someone: Someone, desk: Desk, rule: str) -> None:
    sue, ada = someone("sue"), someone("ada")
    keys = open_keys(desk, rule)
    page = sue.get(f"/close?{rule}").text
    ada.fill_in(keys[0], "take")
    late = send(sue, "close", rule, page, reason="moved", note="Typed for long")
    assert late.status_code == 409 and "The list changed" in late.text and "Typed for long" in late.text
    assert open_keys(desk, rule) == keys
    for _ in range(2):  # sent twice it is told the same, and kept once
        done = send(sue, "close", rule, late.text, reason="moved", note="Typed for long")
        assert done.status_code == 303 and f"{len(keys) - 1} case" in sue.get(done.location).text
    assert {len(desk.board.history(key)) for key in keys} == {1}


def test_a_sample_is_drawn_by_chance_from_what_is_nobody_s_and_counts(
    someone: Someone, desk: Desk, rule: str
) -> None:
    sue = someone("sue")
    keys = open_keys(desk, rule)
    done = send(sue, "sample", rule)
    mine = sue.cases(f"?{rule}&whose=mine")
    assert done.status_code == 303 and set(mine) <= set(keys) and len(mine) == min(SAMPLE, len(keys))
    assert "Nobody looked" in sue.get(f"/close?{rule}").text
    sue.fill_in(mine[0], "decide", outcome="error")
    sue.fill_in(mine[1], "decide", outcome="cleared", reason="moved")
    sue.fill_in(mine[2], "decide", outcome="unresolved")
    page = sue.get(f"/close?{rule}").text
    assert "Of 2 cases of this list that somebody looked at, 1 was real" in page
    send(sue, "close", rule, reason="moved", note="25 looked at")
    assert (
        "Of 2 cases of this list" in sue.get(f"/close?{rule}").text
    )  # what was closed unseen does not count


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "", "note": "x"}, "reason"),
        ({"reason": "guilty", "note": "x"}, "reason"),
        ({"reason": "moved", "note": " "}, "note"),
    ],
)
def test_closing_needs_a_reason_and_words(someone: Someone, fields: dict[str, str], field: str) -> None:
    done = send(someone("sue"), "close", "order=value", **fields)
    assert done.status_code == 400 and f'id="{field}-error"' in done.text


def test_more_than_one_transaction_holds_is_refused(
    someone: Someone, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "MOST", 2)
    before = desk.log.store.last_sequence()
    done = send(someone("sue"), "close", "", reason="moved", note="All of them")
    assert (
        done.status_code == 400
        and "at most 2 at once" in done.text
        and desk.log.store.last_sequence() == before
    )


def test_what_needs_a_second_person_is_not_closed_with_others(
    someone: Someone, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "terms", DeskTerms(approval_above=0))
    page = someone("sue").get("/close?least=1").text
    assert "0 open cases that you may close" in page and "needs a second person" in page


def test_an_investigator_closes_nothing_by_the_list(someone: Someone) -> None:
    ada = someone("ada")
    assert ada.get("/close").status_code == 404 and "close the rest" not in ada.get("/").text


@pytest.mark.parametrize(
    ("reviewed", "real", "at_most"), [(25, 0, 11.29), (10, 0, 25.89), (100, 1, 4.66), (5, 5, 100.0)]
)
def test_the_limit_is_that_of_clopper_and_pearson(reviewed: int, real: int, at_most: float) -> None:
    """Checked by its meaning: with that share, so few or fewer would be found in one sample of twenty."""
    from scipy.stats import binom

    found = Closing((), (), {}, reviewed, real).at_most
    assert found == pytest.approx(at_most, abs=0.01)
    if real < reviewed:
        assert binom.cdf(real, reviewed, found / 100) == pytest.approx(0.05)
    assert Closing((), (), {}, 0, 0).at_most is None
