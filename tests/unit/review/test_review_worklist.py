"""The list of cases and its filter, against a slow and obvious one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.caselog.state import STATES
from fraudmatch.report.worklist import CaseList
from fraudmatch.review.worklist import ORDERS, OWN, WHOSE, Filter, Standing, Worklist
from fraudmatch.schemas import VALUE_CLASSES

TODAY = dt.date(2026, 4, 1)
RULES = ("FM-CT-001", "FM-CT-00", "FM-PAY-001", "FM-BB-001")
OTHERS = ("brook", "coln")
PEOPLE = ("ada", "ben", "sue")

filters = st.builds(
    Filter,
    whose=st.sampled_from(list(WHOSE)), state=st.sampled_from([*STATES, "open", ""]), rule=st.sampled_from(["", *RULES, "FM-X"]),
    other=st.sampled_from(["", OWN, *OTHERS, "nobody"]), least=st.one_of(st.just(0), st.integers(0, 999_999_999)), due=st.sampled_from(["", "overdue", "week", "set"]),
    order=st.sampled_from(list(ORDERS)),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A case of a list, as plain values."""

    rules: tuple[str, ...]
    others: tuple[str, ...]
    pence: tuple[int | None, ...]
    standing: Standing


standings = st.builds(
    Standing, state=st.sampled_from(list(STATES)), assignee=st.sampled_from([None, *PEOPLE]),
    due=st.one_of(st.none(), st.integers(-20, 20).map(lambda days: TODAY + dt.timedelta(days=days)), st.just(dt.date.max)),
)  # fmt: skip
cases = st.lists(
    st.builds(
        Case,
        rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True).map(tuple),
        others=st.lists(st.sampled_from(OTHERS), max_size=2, unique=True).map(tuple),
        pence=st.tuples(*[st.one_of(st.none(), st.sampled_from([0, 1, 99, 100, 101, 5_000, -7, 10**11]))] * len(VALUE_CLASSES)),
        standing=standings,
    ),
    max_size=12,
)  # fmt: skip


def worklist_of(made: list[Case]) -> Worklist:
    columns = {
        "case_key": pa.array([f"{number:016x}" for number in range(len(made))], pa.string()),
        "rules": pa.array([", ".join(case.rules) for case in made], pa.string()),
    }
    for place, kind in enumerate(VALUE_CLASSES):
        columns[f"value_{kind}_pence"] = pa.array([case.pence[place] for case in made], pa.int64())
    found = Worklist(CaseList((), pa.table(columns)), [case.others for case in made])
    for number, case in enumerate(made):
        found.put(f"{number:016x}", case.standing)
    return found


def stake(case: Case) -> int:
    return max(0 if pence is None else pence for pence in case.pence)


def wanted_of(case: Case, wanted: Filter, me: str) -> bool:
    of = case.standing
    whose = {
        "all": True, "mine": of.assignee == me, "nobody": of.assignee is None, "others": of.assignee not in (None, me),
    }[wanted.whose]  # fmt: skip
    state = of.state != "decided" if wanted.state == "open" else wanted.state in ("", of.state)
    days = None if of.due is None else (of.due - TODAY).days
    due = {
        "": True,
        "set": days is not None,
        "overdue": days is not None and days < 0,
        "week": days is not None and days <= 7,
    }
    rule = not wanted.rule or wanted.rule in case.rules
    other = wanted.other in ("", *(case.others or (OWN,)))
    return (
        whose
        and state
        and due[wanted.due]
        and rule
        and other
        and (not wanted.least or stake(case) >= wanted.least * 100)
    )


def slowly(made: list[Case], wanted: Filter, me: str) -> list[int]:
    """What `Worklist.chosen` gives, said plainly."""
    places = [place for place, case in enumerate(made) if wanted_of(case, wanted, me)]
    if wanted.order == "value":
        places.sort(key=lambda place: -stake(made[place]))
    if wanted.order == "due":
        places.sort(key=lambda place: made[place].standing.due or dt.date.max)
    return places


@given(made=cases, wanted=filters, me=st.sampled_from([*PEOPLE, "somebody"]))
def test_what_a_filter_leaves_is_what_was_asked_for(made: list[Case], wanted: Filter, me: str) -> None:
    assert worklist_of(made).chosen(wanted, me, TODAY).tolist() == slowly(made, wanted, me)


@given(made=cases, anew=st.lists(st.tuples(st.integers(0, 11), standings), max_size=8), wanted=filters)
def test_a_case_stands_as_it_was_put_last(
    made: list[Case], anew: list[tuple[int, Standing]], wanted: Filter
) -> None:
    found = worklist_of(made)
    for place, standing in anew:
        if place < len(made):
            found.put(f"{place:016x}", standing)
            made[place] = replace(made[place], standing=standing)
    assert found.chosen(wanted, "ada", TODAY).tolist() == slowly(made, wanted, "ada")


@given(made=cases)
def test_counts_are_those_of_the_lists(made: list[Case]) -> None:
    asked = {
        "all": Filter(), "mine": Filter(whose="mine"), "nobody": Filter(whose="nobody"), "overdue": Filter(due="overdue"),
    }  # fmt: skip
    found = worklist_of(made).counts("ada", TODAY)
    assert {name: found[name] for name in asked} == {
        name: len(slowly(made, one, "ada")) for name, one in asked.items()
    }


@given(filters)
def test_a_filter_stands_in_its_address(wanted: Filter) -> None:
    address = wanted.address()
    given_ = {name: values[0] for name, values in parse_qs(address, keep_blank_values=True).items()}
    assert Filter.read(given_) == wanted
    assert (address == "") == (wanted == Filter())
    assert "page=7" in wanted.address(page=7)


@given(
    st.dictionaries(
        st.sampled_from(["whose", "state", "rule", "least", "due", "order", "page"]), st.text(max_size=60)
    )
)
def test_whatever_an_address_says_a_filter_comes_of_it_that_reads_back(given_: dict[str, str]) -> None:
    wanted = Filter.read(given_)
    again = {name: values[0] for name, values in parse_qs(wanted.address(), keep_blank_values=True).items()}
    assert Filter.read(again) == wanted and len(wanted.rule) <= 40


@pytest.mark.parametrize(
    ("least", "pounds"),
    [
        ("1,250", 1_250),
        ("\u00a3500", 500),
        (" 7 ", 7),
        ("\u0667", 0),
        ("-1", 0),
        ("1.5", 0),
        ("9" * 40, 0),
        ("\u00b2", 0),
        ("", 0),
    ],
)
def test_pounds_of_a_filter_are_read_as_they_are_typed(least: str, pounds: int) -> None:
    assert Filter.read({"least": least}).least == pounds
