"""Rules about groups, and records brought together by telephone or e-mail."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch import schemas
from fraudmatch.errors import RuleFileError
from fraudmatch.scoring import Library, load_library, score
from fraudmatch.scoring.drawn_facts import undrawn_facts
from fraudmatch.scoring.examples import try_examples
from fraudmatch.scoring.flags import flag_key
from fraudmatch.shipped import shipped

DAY = dt.date

RULE = """
id = "XX-GRP-001"
title = "A drawn rule"
version = 1
status = "live"
owner = "tests"
service = "tests"
description = "Drawn for a test."
legal_basis = [{ title = "An Act" }]
innocent_explanations = ["None."]
next_step = "Look."
[group]
of = "council_tax"
by = "property"
member = "single"
scope = "same_partner"
[facts]
single = "left.discount_type = 'single_person'"
many = "group.size >= 2"
excused = "group.persons = 1"
large = "group.sum_discount_annual_pence > 1000"
[reasons]
single = "single"
many = "many"
excused = "one person"
large = "large"
[flag]
when = "many"
unless = ["excused"]
[points]
base = 10
large = 5
[value]
estimate = "group.sum_discount_annual_pence"
[[example]]
name = "two"
members = [
  { person = "a", discount_type = "single_person", discount_annual_pence = 600 },
  { person = "b", discount_type = "single_person", discount_annual_pence = 700 },
]
expect = { flagged = true, points = 15, value = { estimate = 1300 } }
[[example]]
name = "one person"
members = [
  { person = "a", discount_type = "single_person" },
  { person = "a", discount_type = "single_person" },
]
expect = { flagged = false, held = "excused" }
[[example]]
name = "one account"
members = [{ person = "a", discount_type = "single_person" }]
expect = { flagged = false }
[[example]]
name = "no member at all"
members = [{ person = "a", discount_type = "none" }]
expect = { flagged = false }
"""


def library_of(tmp_path: Path, *changes: tuple[str, str]) -> Library:
    text = RULE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder = tmp_path / "rules" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "xx-grp-001.toml").write_text(text, encoding="utf-8")
    return load_library([tmp_path / "rules"])


def account(**more: Any) -> dict[str, Any]:
    return {
        "dataset": "council_tax", "partner": "ashford", "property": "h1", "discount_type": "single_person",
    } | more  # fmt: skip


def run(night: Any, library: Library, scorer: Any) -> Any:
    scorers = {"person": scorer, "organisation": scorer}
    return score(night.records, night.details, night.groups, library, scorers, as_at=night.as_at)


def test_one_flag_for_each_group_with_its_members(tiny_night: Any, fixed_scorer: Any, tmp_path: Path) -> None:
    rows = [
        account(source_ref="A1", person="a", discount_annual_pence=600),
        account(source_ref="A2", person="b", discount_annual_pence=700),
        account(source_ref="A3", person="c"),
        account(source_ref="A4", person="d", discount_type="none"),
        account(source_ref="A5", person="e", property="h2"),
        account(source_ref="A6", person="f", property=None),
        account(source_ref="A7", person="g", property=None),
    ]
    scored = run(tiny_night(rows), library_of(tmp_path), fixed_scorer())
    (row,) = scored.flags.to_pylist()
    assert row["flag_key"] == flag_key("XX-GRP-001", ("ashford", "council_tax", "A1"), grouped_by="property")
    assert row["flag_key"] != flag_key("XX-GRP-001", ("ashford", "council_tax", "A1"))
    assert (row["relation"], row["left_id"], row["right_id"], row["left_partner"]) == (
        "group",
        0,
        None,
        "ashford",
    )
    assert (row["risk_points"], row["priority"], row["value_estimate_pence"]) == (15, 15, 1300)
    assert json.loads(row["facts"]) == {"excused": False, "large": True, "many": True, "single": True}
    assert scored.members.to_pylist() == [{"flag_key": row["flag_key"], "record_id": n} for n in (0, 1, 2)]
    assert scored.members.schema == schemas.MEMBERS
    seen = scored.looked_at["XX-GRP-001"]
    assert (seen.left, seen.groups, seen.flagged, seen.pairs) == (4, 2, 1, 0)


def test_an_excused_group_is_held_back(tiny_night: Any, fixed_scorer: Any, tmp_path: Path) -> None:
    rows = [account(source_ref="A1", person="a"), account(source_ref="A2", person="a")]
    scored = run(tiny_night(rows), library_of(tmp_path), fixed_scorer())
    assert scored.flags.num_rows == 0 and scored.members.num_rows == 0
    assert [(row["fact"], row["left_id"]) for row in scored.held.to_pylist()] == [("excused", 0)]


def test_scope_parts_a_group_by_partner(tiny_night: Any, fixed_scorer: Any, tmp_path: Path) -> None:
    rows = [
        account(source_ref="A1", person="a"),
        account(source_ref="A2", person="b"),
        account(partner="birchley", source_ref="B1", person="c"),
        account(partner="birchley", source_ref="B2", person="d"),
    ]
    night, library = tiny_night(rows), library_of(tmp_path)
    assert run(night, library, fixed_scorer()).flags["left_id"].to_pylist() in ([0, 2], [2, 0])
    wide = library_of(
        tmp_path,
        ('scope = "same_partner"\n', ""),
        ('large = "group.sum_discount_annual_pence > 1000"', 'large = "group.partners = 2"'),
        ('[value]\nestimate = "group.sum_discount_annual_pence"\n', ""),
        (", points = 15, value = { estimate = 1300 }", ""),
    )
    (row,) = run(night, wide, fixed_scorer()).flags.to_pylist()
    assert (row["left_id"], row["risk_points"]) == (0, 15)


def test_columns_of_a_group(tiny_night: Any, fixed_scorer: Any, tmp_path: Path) -> None:
    """Each column is put into the estimate in turn and read back from the flag."""
    rows = [
        account(source_ref="A1", person="a", delivery="d", source_row=1, liability_start=DAY(2020, 1, 1)),
        account(
            source_ref="A1", person="b", delivery="d", source_row=1, party=2, liability_start=DAY(2020, 1, 1)
        ),
        account(source_ref="A2", liability_start=DAY(2024, 5, 6), discount_annual_pence=3),
        account(source_ref="A3", discount_annual_pence=4),
        account(source_ref="A4", person="b", liability_start=DAY(2019, 1, 1)),
        account(source_ref="A5", person="z", property="h2"),
        account(source_ref="A6", person="y", property="h2"),
    ]
    as_days = "days_between(date '2000-01-01', group.{})"
    day = DAY(2000, 1, 1)
    for expression, first, second in (
        ("group.size", 5, 2),
        ("group.persons", 4, 2),
        ("group.references", 4, 2),
        ("group.partners", 1, 1),
        ("group.sum_discount_annual_pence", 7, None),
        (as_days.format("earliest"), (DAY(2019, 1, 1) - day).days, None),
        (as_days.format("latest"), (DAY(2024, 5, 6) - day).days, None),
    ):
        library = library_of(
            tmp_path, ('estimate = "group.sum_discount_annual_pence"', f'estimate = "{expression}"')
        )
        flags = run(tiny_night(rows), library, fixed_scorer()).flags.to_pylist()
        found = {row["left_id"]: row["value_estimate_pence"] for row in flags}
        assert found == {0: first, 5: second}, expression


def test_groups_do_not_depend_on_the_order_of_rows(
    tiny_night: Any, fixed_scorer: Any, tmp_path: Path
) -> None:
    rows = [
        account(source_ref=f"A{n:02}", person=f"p{n}", property=f"h{n % 4}", discount_annual_pence=n)
        for n in range(20)
    ]
    night, library = tiny_night(rows), library_of(tmp_path)
    plain = run(night, library, fixed_scorer())
    records, details, groups = night.shuffled(3)
    again = score(records, details, groups, library, {}, as_at=night.as_at)
    assert again.flags.equals(plain.flags) and again.members.equals(plain.members)
    assert plain.flags.num_rows == 4 and plain.members.num_rows == 20


def test_no_records_make_no_groups(tiny_night: Any, fixed_scorer: Any, tmp_path: Path) -> None:
    scored = run(tiny_night([{"dataset": "payroll"}]), library_of(tmp_path), fixed_scorer())
    assert scored.flags.num_rows == 0 and scored.members.num_rows == 0


def test_forty_discounts_are_one_flag_of_the_shipped_rule(tiny_night: Any, fixed_scorer: Any) -> None:
    library = load_library([shipped("rules")])
    library = replace(library, rules=tuple(rule for rule in library.rules if rule.id == "FM-CT-090"))
    rows = [
        account(source_ref=f"A{n:02}", person=f"p{n}", liability_start=DAY(2020, 1, 1)) for n in range(40)
    ]
    scored = run(tiny_night(rows), library, fixed_scorer())
    assert scored.flags.num_rows == 1 and scored.members.num_rows == 40


def test_examples_of_groups_come_out(tmp_path: Path) -> None:
    assert [each.differences for each in try_examples(library_of(tmp_path))] == [(), (), (), ()]


def test_members_are_drawn_both_ways(tmp_path: Path) -> None:
    assert undrawn_facts(library_of(tmp_path)) == []
    all_single = library_of(tmp_path, ('discount_type = "none" }', 'discount_type = "single_person" }'))
    assert [p.where for p in undrawn_facts(all_single)] == ["facts.single"]


FAULTS = [
    (('[group]\nof = "council_tax"\nby = "property"\nmember = "single"\nscope = "same_partner"\n', ""),
     "", "either [pair] or [group]", ""),
    (("[facts]", '[pair]\nleft = "payroll"\nrelation = "none"\n[facts]'), "", "either [pair] or [group]", ""),
    (('of = "council_tax"', 'of = "council_tix"'), "group.of", "no data set", "Did you mean council_tax?"),
    (('by = "property"', 'by = "street"'), "group.by", "Input should be 'person'", ""),
    (('member = "single"', 'member = "singel"'), "group.member", "no fact singel", "Did you mean single?"),
    (('many = "group.size >= 2"', 'many = "left.age >= 2"'), "facts.many", "nothing is called left",
     "Only the fact that group.member names"),
    (("left.discount_type = 'single_person'\"", "group.size > 1\""), "facts.single", "nothing is called group", ""),
    (('"group.size >= 2"', '"group.sise >= 2"'), "facts.many", "no group.sise", "Did you mean group.size?"),
    (('"group.persons = 1"', '"group.sum_band = 1"'), "facts.excused", "no group.sum_band", ""),
    (('scope = "same_partner"', 'scope = "any"'), "group.scope", "what the others hold", "same_partner"),
    (('person = "b", ', 'person = "b", discount_tipe = "none", '), "example.0.members.1.discount_tipe",
     "no such column", "Did you mean discount_type?"),
    (('person = "b", ', 'person = "b", partner = "x", '), "example.0.members", "two groups", "one partner"),
    (('name = "two"\n', 'name = "two"\nleft = { discount_type = "none" }\n'), "example.0", "drawn by its members",
     "members = ["),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "where", "what", "remedy"), FAULTS, ids=[f"{n}" for n in range(len(FAULTS))]
)
def test_faults_of_group_rules(
    tmp_path: Path, change: tuple[str, str], where: str, what: str, remedy: str
) -> None:
    with pytest.raises(RuleFileError) as caught:
        library_of(tmp_path, change)
    found = [(p.where, p.what, p.remedy) for p in caught.value.problems]
    assert any(w == where and what in t and remedy in r for w, t, r in found), found


BY_PHONE = """
id = "XX-TEL-001"
title = "A drawn rule"
version = 1
status = "live"
owner = "tests"
service = "tests"
description = "Drawn for a test."
legal_basis = [{ title = "An Act" }]
innocent_explanations = ["None."]
next_step = "Look."
[pair]
left = "payroll"
right = "creditor"
relation = "phone"
[facts]
works = "left.running"
[reasons]
works = "in employment"
[flag]
when = "works"
[points]
base = 10
[[example]]
name = "works"
left = { employment_start = 2020-01-01 }
expect = { flagged = true }
[[example]]
name = "does not"
left = { employment_end = 2020-01-01 }
expect = { flagged = false }
"""
MOST = """
[contact_most_parties]
label = "Most"
unit = "parties"
basis = "design"
in_force = [{ from = 2000-01-01, value = 3, source = "drawn" }]
"""


def contact_library(tmp_path: Path, relation: str = "phone", most: str = MOST) -> Library:
    (tmp_path / "tests").mkdir(exist_ok=True)
    (tmp_path / "parameters").mkdir(exist_ok=True)
    text = BY_PHONE.replace('"phone"', f'"{relation}"')
    (tmp_path / "tests" / "xx-tel-001.toml").write_text(text, encoding="utf-8")
    (tmp_path / "parameters" / "p.toml").write_text(most, encoding="utf-8")
    return load_library([tmp_path])


@pytest.mark.parametrize("relation", ["phone", "email"])
def test_equal_contacts_bring_records_together(
    tiny_night: Any, fixed_scorer: Any, tmp_path: Path, relation: str
) -> None:
    rows = [
        {"dataset": "payroll", "person": "a", relation: "01"},
        {"dataset": "payroll", "person": "b", relation: "02"},
        {"dataset": "payroll", "person": "c"},
        {"dataset": "creditor", "organisation": "x", relation: "01"},
        {"dataset": "creditor", "organisation": "y"},
    ]
    scorer = fixed_scorer()
    scored = run(tiny_night(rows), contact_library(tmp_path, relation), scorer)
    (row,) = scored.flags.to_pylist()
    assert (row["relation"], row["left_id"], row["right_id"]) == (relation, 0, 3)
    assert row["identity_probability"] is None and scorer.asked == []
    assert scored.looked_at["XX-TEL-001"].crowded == 0


def test_a_contact_of_too_many_joins_nothing_and_is_counted(
    tiny_night: Any, fixed_scorer: Any, tmp_path: Path
) -> None:
    def night(others: int) -> Any:
        return tiny_night([
            {"dataset": "payroll", "person": "a", "phone": "01"},
            {"dataset": "payroll", "person": "a", "phone": "01"},  # one person twice counts once
            {"dataset": "creditor", "organisation": "x", "phone": "01"},
            {"dataset": "creditor", "organisation": "z", "phone": "09"},
            {"dataset": "payroll", "person": "e", "phone": "09"},
            *({"dataset": "permit", "phone": "01"} for _ in range(others)),  # linked to nobody: one each
        ])  # fmt: skip

    library = contact_library(tmp_path)
    few, many = (run(night(others), library, fixed_scorer()) for others in (1, 2))
    assert few.flags.num_rows == 3 and few.looked_at["XX-TEL-001"].crowded == 0
    assert many.flags["left_id"].to_pylist() == [4] and many.looked_at["XX-TEL-001"].crowded == 1


def test_contacts_need_their_parameter(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError) as caught:
        contact_library(tmp_path, most="")
    assert any("needs the parameter contact_most_parties" in p.what for p in caught.value.problems)


def test_group_members_match_the_obvious_count(tiny_night: Any) -> None:
    from fraudmatch.scoring.groups import Members
    from fraudmatch.scoring.sides import Night

    rng = np.random.default_rng(8)
    rows = [account(person=f"p{rng.integers(9)}" if rng.random() < 0.8 else None) for _ in range(60)]
    drawn = tiny_night(rows)
    side = Night(drawn.records, drawn.details, drawn.groups, drawn.as_at).side("council_tax")
    key = rng.integers(-1, 7, len(side))
    members = Members(side, np.arange(len(side)), key)
    seen = dict.fromkeys(int(k) for k in key if k >= 0)  # in the order of first members
    expected = []
    for one in seen:
        people = [rows[n].get("person") for n in np.flatnonzero(key == one)]
        expected.append(len({p for p in people if p}) + people.count(None))
    assert members.distinct(members.persons()) == pa.array(expected, pa.int64())
    assert [int(key[n]) for n in members.first] == list(seen)
