"""Rules that need a field which a partner's extract leaves blank throughout."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from report_nights import ALONE, SINGLE

from fraudmatch.report.unjudged import Unjudged, unjudged
from fraudmatch.scoring import load_library
from fraudmatch.scoring.nodes import Kind, Node, demanded
from fraudmatch.shipped import shipped

NEEDS = {
    "FM-CT-001": replace(SINGLE, demands=(("council_tax", "band"), ("electoral_register", "franchise"))),
    "FM-BB-001": replace(ALONE, demands=(("council_tax", "band"), ("blue_badge", "badge_expiry"))),
}
RECORDS = pa.table({"partner": ["ashby", "bramley", "ashby", "ashby"],
                    "dataset": ["council_tax", "council_tax", "electoral_register", "council_tax"]})  # fmt: skip
DETAILS = {"council_tax": pa.table({"band": pa.array([None, "A", None], pa.string())}),
           "electoral_register": pa.table({"franchise": ["full"]})}  # fmt: skip


def test_a_field_blank_in_one_partners_extract_names_its_rules() -> None:
    told = Unjudged("ashby", "Council tax", "band", ("FM-BB-001", "FM-CT-001"))
    assert unjudged(RECORDS, DETAILS, NEEDS) == [told]
    assert unjudged(RECORDS, DETAILS, NEEDS, "ashby") == [told]
    assert unjudged(RECORDS, DETAILS, NEEDS, "bramley") == []


def test_data_sets_nobody_sent_and_rules_without_demands_say_nothing() -> None:
    assert unjudged(RECORDS.slice(0, 0), {}, NEEDS) == []
    assert unjudged(RECORDS, DETAILS, {"FM-CT-001": SINGLE}) == []


A, B = (Node("column", Kind.TRUTH, scope="left", name=name) for name in "ab")


@pytest.mark.parametrize(
    ("node", "names"),
    [
        (Node("eq", Kind.TRUTH, (A, B)), "ab"),
        (Node("not", Kind.TRUTH, (A,)), "a"),
        (Node("or", Kind.TRUTH, (A, B)), ""),
        (Node("or", Kind.TRUTH, (A, Node("eq", Kind.TRUTH, (A, B)))), "a"),
        (Node("coalesce", Kind.TRUTH, (A, B)), ""),
        (Node("is_null", Kind.TRUTH, (A,)), ""),
        (Node("not", Kind.TRUTH, (Node("and", Kind.TRUTH, (A, B)),)), ""),
    ],
    ids=["both sides", "not", "either", "in both alternatives", "coalesce", "is null", "not both"],
)
def test_demanded(node: Node, names: str) -> None:
    assert demanded(node) == {("left", name) for name in names}


def test_what_a_shipped_rule_demands() -> None:
    texts = load_library([shipped("rules")]).texts()
    assert ("council_tax", "discount_type") in texts["FM-CT-001"].demands
