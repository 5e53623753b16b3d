"""The page: deliveries, profiles, weights, words, and hostile text."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_nights import Flagged, Person, night, table

from fraudmatch.nights import NightRead, night_page
from fraudmatch.nights.deliveries import NOTHING, delivery_lines, profile_changes, used_rows
from fraudmatch.nights.linking import HIGH, LEFT, MOST, WIDE, histogram, model_lines
from fraudmatch.nights.page import signed
from fraudmatch.nights.words import settings_changed
from fraudmatch.schemas import RuleText, links_schema
from fraudmatch.site import Partner

PARTNERS = (Partner(id="ashby", name="Ashby"), Partner(id="bramley", name="Bramley"))
RULE = RuleText("R", 1, "Two jobs", "live", "o", "payroll", "", (), (), "", "person", "payroll", "payroll", {}, (), ())  # fmt: skip


def delivery(partner: str, state: str, received: int, rejected: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "partner": partner, "dataset": "payroll", "file": "p.csv", "delivery": "d1", "received": received, "skipped": 1,
        "loaded": received - rejected, "rejected": rejected, "state": state, "accepted_on": dt.date(2026, 3, 31),
    } | more  # fmt: skip


def page(tonight: NightRead, before: NightRead | None = None, **more: Any) -> str:
    return night_page(tonight, before, more.get("site", "Hub"), PARTNERS, more.get("rules", {"R": RULE}))


def test_lines_say_what_became_of_each_delivery_and_of_what_did_not_come() -> None:
    tonight = night(
        deliveries=[
            delivery("ashby", "held", 10, 10, delivery="d2", accepted_on=None),
            delivery("ashby", "stands", 100, 2),
        ],
        rejects=[
            {"partner": "ashby", "dataset": "payroll", "file": "p.csv", "delivery": "d2", "reason": "VOLUME_LOW",
             "disposition": "hold", "detail": "10 rows, where 100 were accepted"},
        ],
    )  # fmt: skip
    before = night(
        deliveries=[delivery("ashby", "loaded", 90), delivery("bramley", "loaded", 7)], run_id="2026-02-28-x"
    )
    stands, held, nothing = delivery_lines(tonight, before)
    assert (stands.used, stands.used_before, stands.change, stands.to_look_at) == (98, 90, 8, True)
    assert (held.received, held.loaded, held.rejected, held.used) == (10, 0, 10, None)
    assert "far fewer rows" in held.why[0] and "10 rows" in held.why[0] and held.remedies
    assert (nothing.partner, nothing.state, nothing.change) == ("bramley", NOTHING, -7)
    told = page(tonight, before)
    assert "Bramley takes no part: nothing of it is used." in told and "Ashby, Payroll: held; stands" in told
    assert [line.used_before for line in delivery_lines(tonight, None)] == [None, None]


@given(st.lists(st.tuples(st.sampled_from(["ashby", "bramley"]), st.sampled_from(
    ["loaded", "stands", "held", "refused", "deferred", "repeated"]), st.integers(0, 300), st.integers(0, 5))))  # fmt: skip
def test_every_delivered_row_is_in_one_line(told: list[tuple[str, str, int, int]]) -> None:
    rows = [delivery(partner, state, rows + gone, gone) for partner, state, rows, gone in told]
    tonight = night(deliveries=rows)
    lines = delivery_lines(tonight, None)
    for name in ("received", "loaded", "rejected"):
        assert sum(getattr(line, name) for line in lines) == sum(row[name] for row in rows)
    assert all(line.received == line.loaded + line.rejected for line in lines)
    assert sum(line.used or 0 for line in lines) == sum(used_rows(tonight).values())
    assert all(line.change == 0 for line in delivery_lines(tonight, tonight) if line.used is not None)


def profile(field: str, **figures: Any) -> dict[str, Any]:
    return {
        "partner": "ashby", "slot": "payroll", "dataset": "payroll", "deliveries": ["d1"], "position": 0, "field": field,
        "rows": 100, "filled": 90, "unreadable": 0, "distinct": 80, "top": [{"value": "Wilma Quill", "rows": 9}],
        "then_on": dt.date(2026, 2, 28), "then_rows": 100, "then_filled": 90, "then_unreadable": 0, "then_distinct": 80,
    } | figures  # fmt: skip


def test_profiles_tell_what_moved_and_no_value() -> None:
    rows = [
        profile("surname"), profile("nino", filled=40), profile("postcode", valid=45, then_valid=90),
        profile("job_title", distinct=1), profile("email", rows=10, filled=9, distinct=8),
        profile("phone", **{f"then_{name}": None for name in ("on", "rows", "filled", "unreadable", "distinct")}),
    ]  # fmt: skip
    (one,) = profile_changes(night(profiles=rows, deliveries=[delivery("ashby", "loaded", 100)]))
    assert one.told == (
        "National Insurance number: filled in 40 % (was 90 %)",
        "Postcode: readable and in the right form 50 % (was 100 %)",
        "Job title: 1 different values (was 80)",
    )
    assert one.since == "28 February 2026" and one.used
    assert "Wilma" not in page(night(profiles=rows))


weights = st.lists(st.floats(-80, 120, width=32), max_size=40)


@given(weights, weights | st.none(), st.floats(-20, 20) | st.none())
def test_every_link_is_in_the_column_of_its_weight(
    now: list[float], then: list[float] | None, threshold: float | None
) -> None:
    def links(several: list[float]) -> Any:
        base = {"left_id": 0, "right_id": 1, "model": "m", "relation": "person", "match_probability": 1.0}
        return table(links_schema(()), [base | {"match_weight": weight} for weight in several])

    made = histogram("person", links(now), None if then is None else links(then), threshold)
    assert len(made.columns) <= MOST and made.links == len(now)
    if not made.columns:
        assert not now and not then
        return
    for column in made.columns:
        assert column.links == sum(column.low <= round(weight, 3) < column.high for weight in now)
        if then is not None:
            assert column.before == sum(column.low <= round(weight, 3) < column.high for weight in then)
        assert 0 <= column.tall <= HIGH and bool(column.tall) == bool(column.links)
    assert sum(column.links for column in made.columns) == len(now)
    if threshold is not None and threshold <= max([*now, *(then or [])]):
        assert made.threshold_x is not None and LEFT <= made.threshold_x <= LEFT + len(made.columns) * WIDE


STEP = {"model": "person_v1", "rows": 9, "compared": 8, "kept": 8, "links": 3, "passes": [
    {"key": "nino", "keyed": 9, "blocks": 1, "pairs": 8, "largest": 8, "refined": 1, "left_out_records": 5, "left_out_pairs": 10},
]}  # fmt: skip


def test_models_and_passes_stand_beside_those_of_the_other_night() -> None:
    other = STEP | {"compared": 2, "passes": [STEP["passes"][0] | {"key": "phone"}]}
    (one,) = model_lines(night(linkage=[STEP]), night(linkage=[other]))
    assert (one.compared, one.compared_before, one.left_out_pairs) == (8, 2, 10)
    assert one.passes[0].pairs_before is None
    (alone,) = model_lines(night(linkage=[STEP]), None)
    assert alone.rows_before is None
    told = page(night(linkage=[STEP]), night(linkage=[STEP | {"passes": []}]))
    assert "person_v1 left out 10 pairs in blocks that are too large (was 0)." in told


def test_settings_are_told_by_name_and_only_where_both_nights_tell() -> None:
    one, two = night(settings={"a": "1", "b": "1"}), night(settings={"b": "2", "c": "1"})
    assert settings_changed(one, two) == ("a: new", "b: changed", "c: gone")
    assert settings_changed(one, night()) == settings_changed(one, None) == ()


def test_an_empty_night_and_a_first_night_have_a_page() -> None:
    assert "Nothing came." in page(night()) and "there is no night to compare with" in page(night())
    full = night(
        [Person("ashby", "1", "QUILL")], [Flagged("a" * 32, "R", (0,))], rules={"R": 1}, weights=[0.5]
    )
    told = page(full)
    assert "Two jobs" in told and "Such as" not in told
    assert "1 of them is new" in page(full, night(rules={"R": 1}))
    assert "1 has gone" in page(night(rules={"R": 1}), full)


def test_a_title_is_printed_only_where_its_version_is_that_of_the_night() -> None:
    flagged = night([Person("ashby", "1", "QUILL")], [Flagged("a" * 32, "R", (0,))], rules={"R": 2})
    assert "Two jobs" not in page(flagged)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs if name.startswith("on"))}


@pytest.mark.parametrize(
    "payload", ["<script>x</script>", '"><img src=x onerror=y>', "{{ 7 * 7 }}", "a\x1b[31m"]
)
def test_names_of_rules_files_passes_and_settings_live_nowhere(payload: str) -> None:
    def made(text: str) -> str:
        people = [Person("ashby", "1", "QUILL"), Person("ashby", "2", "ROOK")]
        step = STEP | {"model": text, "passes": [STEP["passes"][0] | {"key": text}]}
        tonight = night(
            people, [Flagged("a" * 32, text, (0, 1))], rules={text: 1}, weights=[1.0], linkage=[step], run_id=text,
            settings={text: "1"}, deliveries=[delivery("ashby", "loaded", 5, file=text), delivery(text, "held", 5, 5)],
        )  # fmt: skip
        rule = RuleText(
            text, 1, text, "live", "o", "s", "", (), (), "", "person", "payroll", None, {}, (), ()
        )
        return page(tonight, night(settings={}, run_id="x"), site=text, rules={text: rule})

    plain, hostile = Tags(), Tags()
    plain.feed(made("plain"))
    told = made(payload)
    hostile.feed(told)
    assert hostile.found == plain.found
    assert "\x1b" not in told and ">49<" not in told


def test_changes_are_signed() -> None:
    assert [signed(number) for number in (1200, -3, 0, None)] == ["+1,200", "-3", "0", "–"]
