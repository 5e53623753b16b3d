"""The stage end to end on drawn nights, with the shipped rules."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch import schemas
from fraudmatch.errors import RuleFileError, RunError
from fraudmatch.scoring import Library, load_library, score
from fraudmatch.scoring.flags import flag_key
from fraudmatch.shipped import shipped

DAY = dt.date


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([shipped("rules")])


def only(library: Library, *ids: str) -> Library:
    return replace(library, rules=tuple(rule for rule in library.rules if rule.id in ids))


def account(**more: Any) -> dict[str, Any]:
    return {
        "dataset": "council_tax", "partner": "ashford", "source_ref": "CT1", "person": "p1", "property": "h1",
        "forename": "GRETA", "surname": "PENHALE", "date_of_birth": DAY(1970, 5, 6), "discount_type": "single_person",
        "liability_start": DAY(2020, 1, 1), "discount_start": DAY(2020, 1, 1), "discount_annual_pence": 40000,
    } | more  # fmt: skip


def elector(**more: Any) -> dict[str, Any]:
    return {
        "dataset": "electoral_register", "partner": "ashford", "source_ref": "ER1", "person": "p2",
        "property": "h1", "forename": "TOBIAS", "surname": "WREN", "date_added": DAY(2024, 1, 1),
    } | more  # fmt: skip


def run(night: Any, library: Library, scorer: Any, **more: Any) -> Any:
    scorers = {"person": scorer, "organisation": scorer}
    return score(night.records, night.details, night.groups, library, scorers, as_at=night.as_at, **more)


def test_second_adult_is_flagged_and_explained(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    night, scorer = tiny_night([account(), elector()]), fixed_scorer()
    scored = run(night, only(library, "FM-CT-001"), scorer)
    row = scored.flags.to_pylist()[0]
    assert (row["rule_id"], row["left_id"], row["right_id"]) == ("FM-CT-001", 0, 1)
    assert (row["risk_points"], row["priority"]) == (80, 80)
    assert row["identity_weight"] is None and row["identity_probability"] is None
    assert row["value_estimate_pence"] == round(40000 * (DAY(2026, 4, 1) - DAY(2024, 1, 1)).days / 365)
    facts = json.loads(row["facts"])
    assert list(facts) == sorted(facts) and facts["someone_else"] is True and facts["left_behind"] is False
    assert " " not in row["facts"]
    seen = scored.looked_at["FM-CT-001"]
    assert (seen.left, seen.right, seen.pairs, seen.flagged) == (1, 1, 1, 1)
    assert scored.links["person"].num_rows == 1
    assert scored.flags.schema == schemas.FLAGS


def test_a_known_excuse_holds_back_and_is_counted(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    left_behind, moved = elector(source_ref="ER2", person="p3", date_added=DAY(2015, 1, 1)), {
        "dataset": "electoral_register", "partner": "ashford", "source_ref": "ER3", "person": "p2",
        "property": "h9", "date_added": DAY(2025, 1, 1),
    }  # fmt: skip
    night = tiny_night([account(), elector(), left_behind, moved])
    scored = run(night, only(library, "FM-CT-001"), fixed_scorer())
    assert scored.flags.num_rows == 0
    told = [(row["rule_id"], row["fact"], row["left_id"], row["right_id"]) for row in scored.held.to_pylist()]
    assert told == [("FM-CT-001", "gone", 0, 1), ("FM-CT-001", "left_behind", 0, 2)]
    assert scored.looked_at["FM-CT-001"].held == {"left_behind": 1, "gone": 1}
    assert scored.looked_at["FM-CT-001"].flagged == 0


def test_what_another_pair_of_the_same_references_flags_is_not_held_back(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    night = tiny_night([account(), elector(), elector(date_added=DAY(2015, 1, 1), person="p3")])
    scored = run(night, only(library, "FM-CT-001"), fixed_scorer())
    assert scored.flags.num_rows == 1 and scored.held.num_rows == 0


def test_flag_key_does_not_depend_on_order_or_night() -> None:
    one, other = ("ashford", "council_tax", "CT1"), ("birchley", "payroll", "P9")
    assert flag_key("FM-CT-004", one, other) == flag_key("FM-CT-004", other, one)
    assert flag_key("FM-CT-004", one, other) != flag_key("FM-CT-003", one, other)
    assert len(flag_key("FM-CT-004", one)) == 32


def test_person_named_second_on_the_account_is_nobody_else(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    joint = {"delivery": "d", "source_row": 7}
    rows = [
        account(**joint),
        account(**joint, party=2, person="p2", forename="TOBIAS", surname="WREN"),
        elector(),
    ]
    assert run(tiny_night(rows), only(library, "FM-CT-001"), fixed_scorer()).flags.num_rows == 0
    apart = [rows[0], rows[1] | {"source_row": 8, "source_ref": "CT2"}, rows[2]]
    assert run(tiny_night(apart), only(library, "FM-CT-001"), fixed_scorer()).flags.num_rows == 1


def test_unknown_property_joins_with_nothing(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    night = tiny_night([account(property=None), elector(property=None)])
    scored = run(night, only(library, "FM-CT-001"), fixed_scorer())
    assert scored.flags.num_rows == 0
    assert scored.looked_at["FM-CT-001"].pairs == 0


def test_model_is_not_asked_what_is_decided_without_it(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    scorer = fixed_scorer()
    rows = [account(), elector(), elector(source_ref="ER2", franchise="overseas", person="p3")]
    rows += [elector(source_ref="ER3", date_removed=DAY(2025, 1, 1), person="p4")]
    run(tiny_night(rows), only(library, "FM-CT-001"), scorer)
    assert scorer.asked == [(0, 1)]


def test_organisation_is_no_other_person(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    night = tiny_night([account(party_kind="organisation"), elector()])
    assert run(night, only(library, "FM-CT-001"), fixed_scorer()).flags.num_rows == 0


def test_pair_of_one_data_set_is_flagged_once(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    rows = [
        account(),
        account(partner="birchley", source_ref="CT9", property="h2", discount_start=DAY(2022, 1, 1)),
    ]
    scored = run(tiny_night(rows), only(library, "FM-CT-005"), fixed_scorer({(0, 1): 0.5}))
    row = scored.flags.to_pylist()[0]
    assert scored.flags.num_rows == 1
    assert (row["left_id"], row["right_id"], row["risk_points"], row["priority"]) == (0, 1, 80, 40)
    assert row["identity_probability"] == pytest.approx(0.5)
    same_council = [rows[0], rows[1] | {"partner": "ashford"}]
    assert run(tiny_night(same_council), only(library, "FM-CT-005"), fixed_scorer()).flags.num_rows == 0


def test_asymmetric_rule_finds_the_pair_either_way(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    shop = {
        "dataset": "business_rates", "partner": "ashford", "party_kind": "organisation", "organisation": "o1",
        "organisation_core": "HOLLIN ROOFING", "occupied": True, "rateable_value_pence": 900000,
        "liability_start": DAY(2019, 1, 1),
    }  # fmt: skip
    rows = [
        shop | {"source_ref": "B2", "relief_type": "none"},
        shop | {"source_ref": "B1", "relief_type": "small_business"},
    ]
    for drawn in (rows, rows[::-1]):
        scored = run(tiny_night(drawn), only(library, "FM-BR-002"), fixed_scorer(other=0.9))
        left = scored.flags["left_id"].to_pylist()
        assert [drawn[place]["relief_type"] for place in left] == ["small_business"]
    both = [row | {"relief_type": "small_business"} for row in rows]
    flags = run(tiny_night(both), only(library, "FM-BR-002"), fixed_scorer(other=0.9)).flags
    assert flags.select(["left_id", "right_id"]).to_pylist() == [{"left_id": 0, "right_id": 1}]


def test_record_sent_twice_is_not_paired_with_itself(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    badge = {
        "dataset": "blue_badge", "partner": "ashford", "source_ref": "BB1", "person": "p1",
        "badge_status": "live", "badge_start": DAY(2024, 1, 1), "badge_expiry": DAY(2027, 1, 1),
    }  # fmt: skip
    again = [badge, badge | {"source_row": 9}]
    assert run(tiny_night(again), only(library, "FM-BB-002"), fixed_scorer()).flags.num_rows == 0
    other = [badge, badge | {"source_ref": "BB2"}]
    assert run(tiny_night(other), only(library, "FM-BB-002"), fixed_scorer()).flags.num_rows == 1


def payment(reference: str, **more: Any) -> dict[str, Any]:
    return {
        "dataset": "payment", "partner": "ashford", "source_ref": reference, "creditor_ref": "C1",
        "invoice_ref": "INV-0123", "invoice_date": DAY(2025, 10, 1), "payment_date": DAY(2025, 10, 20),
        "gross_pence": 120000, "transaction_type": "invoice", "party_kind": "organisation",
    } | more  # fmt: skip


def linked(*pairs: tuple[int, int]) -> pa.Table:
    return pa.table(
        {
            "left_id": pa.array([low for low, _ in pairs], pa.uint32()),
            "right_id": pa.array([high for _, high in pairs], pa.uint32()),
            "match_weight": pa.array([4.0] * len(pairs), pa.float32()),
            "match_probability": pa.array([0.9] * len(pairs), pa.float32()),
        }
    )


def test_duplicate_payment_uses_the_payment_links(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    night = tiny_night(
        [payment("T1"), payment("T2", invoice_ref="inv 123"), payment("T3", invoice_ref="999")]
    )
    chosen = only(library, "FM-CR-001")
    scored = run(night, chosen, fixed_scorer(), payment_links=linked((0, 1), (0, 2)))
    row = scored.flags.to_pylist()[0]
    assert scored.flags.num_rows == 1
    assert (row["left_id"], row["right_id"], row["value_actual_pence"]) == (0, 1, 120000)
    assert (row["risk_points"], row["priority"]) == (95, 85)  # the probability is a float32 just below 0.9
    assert run(night, chosen, fixed_scorer()).flags.num_rows == 0


def test_credit_note_nets_a_payment_off(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    credit = payment("T3", gross_pence=-120000, transaction_type="credit_note", invoice_date=DAY(2025, 12, 1))
    night = tiny_night([payment("T1"), payment("T2"), credit])
    chosen = only(library, "FM-CR-001")
    assert run(night, chosen, fixed_scorer(), payment_links=linked((0, 1))).flags.num_rows == 0
    late = tiny_night([payment("T1"), payment("T2"), credit | {"invoice_date": DAY(2026, 3, 1)}])
    assert run(late, chosen, fixed_scorer(), payment_links=linked((0, 1))).flags.num_rows == 1


def test_night_does_not_depend_on_the_order_of_rows(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    rows = [account(source_ref=f"CT{i}", property=f"h{i % 3}", person=f"p{i}") for i in range(6)]
    rows += [elector(source_ref=f"ER{i}", property=f"h{i % 3}", person=f"q{i}") for i in range(6)]
    night = tiny_night(rows)
    first = run(night, library, fixed_scorer())
    assert first.flags.num_rows == 12
    for seed in range(3):
        records, details, groups = night.shuffled(seed)
        scorers = {"person": fixed_scorer(), "organisation": fixed_scorer()}
        again = score(records, details, groups, library, scorers, as_at=night.as_at)
        assert again.flags.equals(first.flags)
        assert again.links["person"].equals(first.links["person"])


def test_flags_stand_in_their_order(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    rows = [account()]
    rows += [elector(source_ref=f"E{i}", person=f"q{i}", date_added=DAY(2020 + i, 6, 1)) for i in range(5)]
    rows += [elector(source_ref="E9", person="q9", date_added=None)]
    flags = run(tiny_night(rows), only(library, "FM-CT-001"), fixed_scorer()).flags.to_pylist()
    keys = [
        (-f["priority"], -f["risk_points"], -(f["value_estimate_pence"] or 0), f["flag_key"]) for f in flags
    ]
    assert keys == sorted(keys)
    assert flags[-1]["value_estimate_pence"] is None


def test_night_without_data_sets_is_empty_and_says_so(
    tiny_night: Any, fixed_scorer: Any, library: Library
) -> None:
    scored = run(tiny_night([account()]), library, fixed_scorer())
    assert scored.flags.num_rows == 0
    assert set(scored.looked_at) == {rule.id for rule in library.rules if rule.runs}
    assert scored.looked_at["FM-CT-001"].left == 1
    assert scored.looked_at["FM-CP-001"].left == 0


def test_draft_and_retired_rules_do_not_run(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    rule = library.rule("FM-CT-001")
    assert rule is not None
    for status in ("draft", "retired"):
        idle = replace(rule, file=rule.file.model_copy(update={"status": status}))
        scored = run(tiny_night([account(), elector()]), replace(library, rules=(idle,)), fixed_scorer())
        assert scored.flags.num_rows == 0 and not scored.looked_at


def test_missing_model_is_an_error_with_a_remedy(tiny_night: Any, library: Library) -> None:
    night = tiny_night([account(), elector()])
    with pytest.raises(RunError, match="needs the person model") as caught:
        score(night.records, night.details, night.groups, only(library, "FM-CT-001"), {}, as_at=night.as_at)
    assert caught.value.remedy


def test_number_not_yet_in_force_is_an_error(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    night = tiny_night([account(), elector(age=None)])
    with pytest.raises(RuleFileError, match="has no number in force on 1980-01-01"):
        score(
            night.records, night.details, night.groups, only(library, "FM-CT-001"),
            {"person": fixed_scorer()}, as_at=DAY(1980, 1, 1),
        )  # fmt: skip


def test_scorer_pairs_are_canonical_and_single(tiny_night: Any, fixed_scorer: Any, library: Library) -> None:
    scorer = fixed_scorer(other=0.5)
    tenancy = {
        "dataset": "housing_tenancy", "partner": "ashford", "person": "p1", "tenancy_type": "secure",
        "tenancy_start": DAY(2015, 1, 1),
    }  # fmt: skip
    night = tiny_night(
        [tenancy | {"source_ref": f"T{i}", "property": f"h{i}", "property_ref": f"H{i}"} for i in range(3)]
    )
    scored = run(night, only(library, "FM-HT-001"), scorer)
    assert sorted(scorer.asked) == [(0, 1), (0, 2), (1, 2)]
    assert len(scorer.asked) == len(set(scorer.asked))
    assert scored.flags.num_rows == 3
    assert (scored.flags["left_id"].to_numpy() < scored.flags["right_id"].to_numpy()).all()
    assert np.array_equal(scored.links["person"]["left_id"].to_numpy(), [0, 0, 1])
