"""The report to members counts each flag once, adds no class of money to another, and names nobody."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections import Counter
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.committee import (
    Figures,
    Flagged,
    Terms,
    committee_page,
    figures_csv,
    figures_json,
    figures_of,
)
from fraudmatch.committee.figures import NO_RULE
from fraudmatch.committee.flagged import FlagOf
from fraudmatch.committee.page import HIGH, columns_of
from fraudmatch.outcomes import Decision, Event
from fraudmatch.schemas import VALUE_CLASSES, RuleText
from fraudmatch.site import Partner

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
PARTNERS = (Partner(id="ashby", name="Ashby", gss="E07000001"), Partner(id="carrow", name="Carrow & Vale"))


def rule(rule_id: str, service: str) -> RuleText:
    return RuleText(
        id=rule_id, version=1, title=f"What {rule_id} looks for", status="live", owner="o", service=service,
        description="d", legal_basis=(), innocent_explanations=(), next_step="n", relation="person", left="payroll",
        right="payroll", reasons={}, show_left=(), show_right=(),
    )  # fmt: skip


RULES = {"FM-CT-001": rule("FM-CT-001", "council tax"), "FM-PY-001": rule("FM-PY-001", "payroll")}


def key(number: int) -> str:
    return f"{number:032x}"


def event(sequence: int, number: int, outcome: str, day: dt.date, **told: object) -> Event:
    base = {"rule_id": "FM-CT-001", "partner": "ashby", **told}
    return Event(
        sequence, str(sequence), "", None, Decision(key(number), outcome=outcome, decided_on=day, **base)
    )  # type: ignore[arg-type]


def made(events: list[Event], flags: dict[str, FlagOf] | None = None, terms: Terms | None = None) -> Figures:
    flagged = Flagged(flags or {}, ("2026-03-31-a",), ())
    return figures_of(PARTNERS, RULES, events, flagged, terms or Terms(), FIRST, LAST)


FEBRUARY = dt.date(2026, 2, 10)

decisions = st.builds(
    lambda number, outcome, day, minutes, pence, which, partner, two: {
        "number": number, "outcome": outcome, "day": day, "minutes": minutes, "rule_id": which, "partner": partner,
        "value_actual_pence": pence, "left_ref": f"{partner}:payroll:1", "right_ref": f"{two}:payroll:2",
    },
    st.integers(0, 8), st.sampled_from(["confirmed", "error", "cleared", "unresolved", "reopened"]),
    st.dates(dt.date(2025, 12, 20), dt.date(2026, 4, 10)), st.one_of(st.none(), st.integers(0, 90)),
    st.one_of(st.none(), st.integers(0, 10_000)), st.sampled_from(["FM-CT-001", "FM-PY-001", "FM-XX-001"]),
    st.sampled_from(["ashby", "carrow"]), st.sampled_from(["ashby", "carrow"]),
)  # fmt: skip


@given(st.lists(decisions, max_size=25))
def test_every_table_comes_to_what_counting_by_hand_comes_to(told: list[dict]) -> None:
    events = [
        event(place, one["number"], one["outcome"], one["day"], **{k: v for k, v in one.items() if k not in ("number", "outcome", "day")})
        for place, one in enumerate(told, 1)
    ]  # fmt: skip
    figures = made(events)
    last: dict[int, dict] = {}
    for one in told:
        if one["day"] <= LAST:
            last[one["number"]] = one
    counted = [one for one in last.values() if one["day"] >= FIRST and one["outcome"] != "reopened"]
    by_outcome = Counter(one["outcome"] for one in counted)
    whole = figures.whole
    for word in ("confirmed", "error", "cleared", "unresolved"):
        assert getattr(whole, word) == by_outcome[word]
        for table in (figures.by_partner, figures.by_service, figures.by_month):
            assert sum(getattr(one, word) for one in table.values()) == by_outcome[word]
        assert sum(getattr(line.tally, word) for line in figures.lines) == by_outcome[word]
    real = [one for one in counted if one["outcome"] in ("confirmed", "error")]
    assert whole.shared_real == sum(one["left_ref"][:3] != one["right_ref"][:3] for one in real)
    amounts = [one["value_actual_pence"] for one in real if one["value_actual_pence"] is not None]
    assert whole.found["actual"] == (sum(amounts) if amounts else None)
    settled = [one for one in counted if one["outcome"] != "unresolved"]
    assert whole.minutes == sum(one["minutes"] or 0 for one in settled)
    assert sum(figures.cleared.values()) == by_outcome["cleared"]


def test_a_flag_counts_once_by_its_newest_decision_of_the_period() -> None:
    figures = made(
        [
            event(1, 1, "cleared", FEBRUARY, reason="moved"),
            event(2, 1, "confirmed", dt.date(2026, 3, 1)),
            event(3, 1, "cleared", dt.date(2026, 4, 1), reason="moved"),  # after the period
            event(4, 2, "confirmed", FEBRUARY),
            event(5, 2, "reopened", dt.date(2026, 3, 2)),
        ]
    )
    assert (figures.whole.confirmed, figures.whole.cleared, figures.whole.reviewed) == (1, 0, 1)
    assert figures.by_month["2026-02"].reviewed == 0 and figures.by_month["2026-03"].reviewed == 1


def test_flags_of_nights_are_counted_whether_decided_or_not() -> None:
    flags = {key(1): FlagOf("FM-CT-001", "ashby", True), key(2): FlagOf("FM-PY-001", "carrow", False)}
    figures = made([event(1, 1, "error", FEBRUARY, minutes=30)], flags)
    assert (figures.whole.flags, figures.whole.shared, figures.whole.reviewed) == (2, 1, 1)
    assert figures.whole.shared_real == 1  # the night says so, though the decision tells no references
    assert [(line.service, line.partner, line.tally.flags) for line in figures.lines] == [
        ("council tax", "ashby", 1), ("payroll", "carrow", 1)
    ]  # fmt: skip
    assert figures.by_partner["ashby"].real_per_hour_hundredths == 200
    assert figures.by_partner["ashby"].yield_hundredths == 10_000


def test_what_was_found_of_nothing_is_not_nought() -> None:
    whole = made([event(1, 1, "cleared", FEBRUARY, reason="moved", value_actual_pence=500)]).whole
    assert whole.found == dict.fromkeys(VALUE_CLASSES)
    assert made([]).whole.yield_hundredths is None and made([]).whole.real_per_hour_hundredths is None


def test_a_rule_that_is_gone_has_its_lines_still() -> None:
    (line,) = made([event(1, 1, "error", FEBRUARY, rule_id="FM-ZZ-009")]).lines
    assert (line.service, line.rule_id, line.title) == (NO_RULE, "FM-ZZ-009", "")


def test_costs_and_contacts_are_those_that_were_told() -> None:
    terms = Terms.model_validate(
        {
            "officer_hour_pounds": Decimal("34.50"),
            "contact": [
                {"service": "council tax", "contact": "All desks"},
                {"service": "council tax", "partner": "ashby", "contact": "Ashby desk"},
            ],
            "year": [
                {"partner": "ashby", "ends": LAST, "staff_fte": Decimal("3.4")},
                {"partner": "ashby", "ends": dt.date(2025, 3, 31)},
            ],
        }
    )
    told = [
        event(1, 1, "error", FEBRUARY, minutes=40),
        event(2, 2, "error", FEBRUARY, minutes=20, partner="carrow"),
    ]
    figures = made(told, terms=terms)
    assert figures.cost_pence == {"ashby": 2300, "carrow": 1150}
    assert [line.contact for line in figures.lines] == ["Ashby desk", "All desks"]
    assert [year.ends for year in figures.years] == [LAST]
    assert made(told).cost_pence is None


def busy() -> Figures:
    flags = {key(9): FlagOf("FM-PY-001", "carrow", True)}
    told = {
        "decided_by": "R. Green",
        "note": "Rang Wilma Quill",
        "minutes": 25,
        "left_ref": "ashby:payroll:P77001",
    }
    events = [
        event(1, 1, "confirmed", FEBRUARY, value_actual_pence=123_456, **told),
        event(2, 2, "cleared", FEBRUARY, reason="our_data", **told),
        event(3, 3, "error", dt.date(2026, 3, 5), value_prevented_pence=99, rule_id="FM-PY-001", **told),
    ]
    return made(events, flags)


def test_page_csv_and_json_say_the_same_and_name_nobody() -> None:
    figures = busy()
    page, rows, document = (
        committee_page(figures, "Hub", "7:abc"), list(csv.DictReader(io.StringIO(figures_csv(figures)))),
        json.loads(figures_json(figures)),
    )  # fmt: skip
    assert [(row["rule"], row["partner"], row["flags"], row["reviewed"], row["found_actual_pounds"]) for row in rows] == [
        ("FM-CT-001", "Ashby", "0", "2", "1234.56"), ("FM-PY-001", "Ashby", "0", "1", ""),
        ("FM-PY-001", "Carrow & Vale", "1", "0", ""),
    ]  # fmt: skip
    assert (
        document["all"]["found_actual_pence"] == 123_456 and document["all"]["found_estimate_pence"] is None
    )
    assert [one["month"] for one in document["months"]] == ["2026-01", "2026-02", "2026-03"]
    assert sum(line["reviewed"] for line in document["lines"]) == document["all"]["reviewed"] == 3
    assert "£1,234.56" in page and "February 2026" in page and "7:abc" in page
    for text in (page, figures_csv(figures), figures_json(figures)):
        assert not re.search("R. Green|Wilma|Quill|P77001|fraudster|guilty", text)


def test_the_columns_are_as_high_as_the_months_are_busy() -> None:
    one, two, three = columns_of(dict(busy().by_month))
    assert (one.reviewed_high, two.reviewed_high, three.reviewed_high) == (0, HIGH, HIGH // 2)
    assert two.real_high == HIGH // 2 and one.x < two.x < three.x
    assert columns_of({}) == []


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs if name.startswith("on"))}


@pytest.mark.parametrize(
    "payload", ["<script>x</script>", "=1+1", '"><img src=x onerror=y>', "@SUM(A1)", "-2+3"]
)
def test_words_of_people_live_in_no_output(payload: str) -> None:
    terms = Terms.model_validate({"contact": [{"service": "council tax", "contact": payload}]})
    told = [event(1, 1, "error", FEBRUARY, rule_id="FM-CT-001")]
    figures = made(told, terms=terms)
    plain, hostile = Tags(), Tags()
    plain.feed(committee_page(made(told), "Hub", "1:a"))
    hostile.feed(committee_page(figures, payload, "1:a"))
    assert hostile.found == plain.found
    (row,) = csv.DictReader(io.StringIO(figures_csv(figures)))
    assert not row["contact"].startswith(("=", "@", "-"))
    assert json.loads(figures_json(figures))["lines"][0]["contact"] == payload
