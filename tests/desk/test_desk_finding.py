"""Finding a case by a reference."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from desk_people import Forms, Person

from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.entry import Entry
from fraudmatch.review.desk import Desk
from fraudmatch.review.sessions import Searches
from fraudmatch.store.access import transaction

Someone = Callable[..., Person]
REASON = "The taxpayer rang about it"


def look(person: Person, reference: str, reason: str = REASON) -> Any:
    form: dict[str, Any] = dict(Forms(person.get("/find").text).of("/find"))
    return person.send("/find", form | {"reference": reference, "reason": reason})


def found(person: Person, reference: str) -> list[str]:
    assert look(person, reference).status_code == 303
    import re

    return re.findall(r'href="/case/([0-9a-f]{16})', person.get("/find").text)


def own_of(desk: Desk, partner: str) -> list[tuple[str, str]]:
    """(reference of a record of the partner, case key) of every flag of its own cases, the slow way."""
    records, told = desk.night.input.records, []
    partners, references = (records[name].to_pylist() for name in ("partner", "source_ref"))
    for row in desk.night.input.flags.select(["flag_key", "left_id", "right_id"]).to_pylist():
        key = desk.night.case_of.get(row["flag_key"])
        for side in (row["left_id"], row["right_id"]):
            if key and side is not None and partners[side] == partner and desk.night.owner_of[key] == partner:
                told.append((references[side], key))
    return told


def test_a_case_is_found_by_each_of_one_s_own_records_in_it(someone: Someone, desk: Desk) -> None:
    ada, pairs = someone("ada"), own_of(desk, "cheltenham")
    for reference, _ in pairs[:: max(1, len(pairs) // 8)]:
        wanted = {key for one, key in pairs if one == reference}
        assert set(found(ada, f" {reference.lower()} ")) == wanted


def test_a_case_is_found_by_the_beginning_of_its_key_or_of_a_flag(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    key = ada.cases()[3]
    assert key in found(ada, key[:8]) and found(ada, key) == [key]
    assert found(ada, desk.night.flags_of[key][0]) == [key]


def test_nothing_of_another_council_is_found(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    mine = {reference for reference, _ in own_of(desk, "cheltenham")}
    theirs = next((reference, key) for reference, key in own_of(desk, "cotswold") if reference not in mine)
    for asked in (theirs[0], theirs[1], desk.night.flags_of[theirs[1]][0]):
        assert found(ada, asked) == []
    assert someone("ann").get("/find").status_code == 200


@pytest.mark.parametrize(
    ("reference", "reason", "field"),
    [
        ("123", REASON, "reference"),
        ("x" * 61, REASON, "reference"),
        ("40001091", "nosy", "reason"),
        ("40001091", " ", "reason"),
    ],
)
def test_it_needs_a_reference_and_a_reason(someone: Someone, reference: str, reason: str, field: str) -> None:
    done = look(someone("ada"), reference, reason)
    assert done.status_code == 400 and f'id="{field}-error"' in done.text


def test_each_search_is_entered_without_what_was_asked(someone: Someone, desk: Desk) -> None:
    ada = someone("ada")
    key = ada.cases()[0]
    found(ada, key)
    with transaction(desk.log.store.path) as connection:
        told = [Entry(*row) for row in entries(connection)]
    last = [entry for entry in told if entry.action == "case.searched"][-1]
    detail = json.loads(last.detail)
    assert last.actor == "ada" and detail["found"] == 1 and set(detail) == {"found", "reference", "reason"}
    assert key not in last.detail and "taxpayer" not in last.detail


def test_who_looks_too_often_is_kept_waiting_and_nobody_else_is(
    someone: Someone, desk: Desk, time_: Any
) -> None:
    ben, ada = someone("ben"), someone("ada")
    time_.pass_(3_601)
    ben.sign_in()
    ada.sign_in()
    for _ in range(Searches.AN_HOUR):
        assert look(ben, "00000000").status_code == 303
    assert look(ben, "00000000").status_code == 429 and look(ada, "00000000").status_code == 303
    time_.pass_(3_601)
    ben.sign_in()
    assert look(ben, "00000000").status_code == 303
