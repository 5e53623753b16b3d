"""What stands on a case pack."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markupsafe import escape
from payloads import SCRIPTS
from report_nights import PARTNERS, RULES, usual_night, with_cases

from fraudmatch.casepack import CaseNight, CasePack, RuleFacts, contents_page, pack_page
from fraudmatch.casepack.drawing import drawn, waterfall
from fraudmatch.outcomes import Decision, Event
from fraudmatch.report import ReportInput
from fraudmatch.report.clean import clean_text
from fraudmatch.restricted import Hidden
from fraudmatch.site import Partner

FACTS = {
    "FM-CT-001": RuleFacts(
        {"base": 40, "other_is_adult": 25}, {"long_standing": ("discount_start",)}, {"other_is_adult": ("date_added",)}
    )
}  # fmt: skip
ASHBY, BRAMLEY, CARROW = PARTNERS


def cases_of(
    night: ReportInput | None = None, events: tuple[Event, ...] = (), per_person: int = 1
) -> CaseNight:
    made = with_cases(night or usual_night(), per_person)
    return CaseNight(made, {rule_id: FACTS.get(rule_id, RuleFacts()) for rule_id in made.rules}, events)


def pack_of(rule_id: str, partner: Partner, cases: CaseNight | None = None) -> CasePack:
    cases = cases or cases_of()
    flag = next(row for row in cases.night.flags.to_pylist() if row["rule_id"] == rule_id
                and partner.id in (row["left_partner"], row["right_partner"]))  # fmt: skip
    (key,) = cases.named(flag["flag_key"])
    made = cases.pack(key, partner)
    assert made is not None
    return made


def page_of(pack: CasePack, cases: CaseNight | None = None) -> str:
    return pack_page(pack, (cases or cases_of()).night)


def test_own_records_stand_side_by_side_with_a_word_and_a_sign() -> None:
    flag = pack_of("FM-CT-001", ASHBY).flags[0]
    name = next(line for line in flag.lines if line.heading == "Name")
    assert (name.own, name.other, name.said, name.mark) == (
        "Mr Tobias Hartnoll",
        "Greta Lindqvist",
        "differs",
        "≠",
    )
    annual = next(line for line in flag.lines if line.heading == "Discount annual")
    assert (annual.own, annual.other) == ("£450.50", None)
    assert flag.seen


def test_of_anothers_record_the_page_says_whom_to_ask() -> None:
    pack = pack_of("FM-PAY-001", ASHBY)
    page = page_of(pack)
    assert pack.flags[0].seen is False and all(line.other is None for line in pack.flags[0].lines)
    assert "Ask Counter Fraud Desk, 01632 960001" in page
    assert "8 Quay Row" not in page and "Warden" not in page
    assert all(not step.level for one in pack.flags[0].weighings for step in one.steps)


def test_facts_have_points_and_the_fields_they_rest_on() -> None:
    flag = pack_of("FM-CT-001", ASHBY).flags[0]
    true, unknown = flag.facts
    assert (true.phrase, true.known, true.points, true.right) == (
        "the other person is 18 or over", True, 25, ("date added",)
    )  # fmt: skip
    assert (unknown.known, unknown.points, unknown.left) == (False, 0, ("discount start",))
    assert flag.base == 40


def test_false_facts_are_told_nobody() -> None:
    night = usual_night()
    told = [f.replace("true", "false") for f in night.flags["facts"].to_pylist()]
    place = night.flags.column_names.index("facts")
    flags = night.flags.set_column(place, night.flags.schema.field(place), [told])
    assert "18 or over" not in page_of(pack_of("FM-CT-001", ASHBY, cases_of(replace(night, flags=flags))))


def test_the_right_hand_party_has_no_place_in_a_list_that_is_not_its_own() -> None:
    pack = pack_of("FM-CT-001", BRAMLEY)
    assert pack.place is None and not pack.flags[0].own_left
    assert pack.flags[0].sources[0].whose == "Yours" and pack.flags[0].sources[1].whose == ASHBY.name
    assert "place in your list" not in page_of(pack)
    assert pack_of("FM-CT-001", ASHBY).place is not None


def test_a_stranger_gets_no_pack_and_of_a_case_everybody_gets_their_own_flags() -> None:
    cases = cases_of(per_person=7)  # one case of everybody
    (key,) = {case for flag in cases.night.flags["flag_key"].to_pylist() for case in cases.named(flag)}
    whole, part = cases.pack(key, ASHBY), cases.pack(key, BRAMLEY)
    assert whole is not None and part is not None
    assert len(whole.flags) == 4 and len(part.flags) == 2
    assert cases.pack(key, CARROW) is None


def test_rows_and_files_are_those_of_the_reader() -> None:
    own, other = pack_of("FM-PAY-001", ASHBY).flags[0].sources
    assert own.file == "payroll_ashby.csv" and own.row is not None
    assert other.file is None and other.row is None and other.reference


def test_dates_are_in_order_each_once() -> None:
    dates = pack_of("FM-CT-001", ASHBY).dates
    assert [one.day for one in dates] == sorted(one.day for one in dates)
    assert len(set(dates)) == len(dates)
    assert (dt.date(2019, 4, 1), "discount start") in [(one.day, one.what) for one in dates]


def event(sequence: int, **told: object) -> Event:
    base = {"flag_key": "0" * 32, "rule_id": "FM-CT-001", "partner": "ashby", "outcome": "cleared",
            "decided_on": dt.date(2026, 1, 5), "reason": "moved", "decided_by": "R. Green"}  # fmt: skip
    return Event(sequence, str(sequence), "2026-01-05T10:00:00Z", None, Decision(**{**base, **told}))  # type: ignore[arg-type]


def test_earlier_decisions_are_the_partners_own_about_these_flags_or_records() -> None:
    night = usual_night()
    row = next(row for row in night.flags.to_pylist() if row["rule_id"] == "FM-PAY-001")
    reference = night.records["source_ref"][row["left_id"]].as_py()
    record = f"ashby:payroll:{reference}"
    events = (
        event(1, flag_key=row["flag_key"], note="Rang <b>payroll</b>"),
        event(2, left_ref=record, note="The same post"),
        event(3, left_ref="ashby:payroll:elsewhere", note="Another person"),
        event(4, flag_key=row["flag_key"], partner="bramley", note="Not for Ashby"),
    )
    cases = cases_of(night, events)
    pack = pack_of("FM-PAY-001", ASHBY, cases)
    page = page_of(pack, cases)
    assert [one.sequence for one in pack.events] == [1, 2]
    assert "cleared: moved before or after the extract" in page
    assert "Rang &lt;b&gt;payroll&lt;/b&gt;" in page
    assert "Another person" not in page and "Not for Ashby" not in page


def test_decisions_about_restricted_flags_and_records_are_not_told() -> None:
    night = usual_night()
    row = next(row for row in night.flags.to_pylist() if row["rule_id"] == "FM-PAY-001")
    record = f"ashby:payroll:{night.records['source_ref'][row['left_id']].as_py()}"
    events = (
        event(1, flag_key="d" * 32, left_ref=record),
        event(2, flag_key="e" * 32, left_ref=record, right_ref="ashby:permit:hidden"),
        event(3, flag_key="f" * 32, left_ref=record, right_ref="ashby:permit:seen"),
    )
    hidden = Hidden(frozenset({"ashby:permit:hidden"}), frozenset({"d" * 32}))
    for about, told in ((Hidden(), [1, 2, 3]), (hidden, [3])):
        pack = pack_of("FM-PAY-001", ASHBY, cases_of(replace(night, hidden=about), events))
        assert [one.sequence for one in pack.events] == told


def test_the_waterfall_ends_where_the_weights_do() -> None:
    (one,) = pack_of("FM-PAY-001", ASHBY).flags[0].weighings
    figure = waterfall(one)
    scale = [bar.wide / abs(step.weight) for bar, step in
             zip(figure.bars, [s for s in one.steps if s.weight], strict=False)]  # fmt: skip
    assert max(scale) - min(scale) < 1
    last = figure.bars[-1]
    assert last.kind == "whole" and last.left + last.wide == pytest.approx(last.start, abs=1)
    assert {bar.kind for bar in figure.bars} == {"for", "against", "whole"}


def test_the_drawing_holds_every_record_once_and_every_tie() -> None:
    cases = cases_of(per_person=7)
    (key,) = {case for flag in cases.night.flags["flag_key"].to_pylist() for case in cases.named(flag)}
    pack = cases.pack(key, ASHBY)
    assert pack is not None
    figure = drawn(pack.network)
    assert len(figure.boxes) == len(pack.network.nodes) == 6
    assert len({(box.x, box.y) for box in figure.boxes}) == 6
    assert len(figure.lines) == sum(edge.right is not None for edge in pack.network.edges) == 3
    assert all(0 <= box.x < figure.wide and 0 <= box.y < figure.high for box in figure.boxes)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("payload", SCRIPTS)
def test_nothing_that_came_lives_on_the_page(payload: str) -> None:
    clean = Tags()
    clean.feed(page_of(pack_of("FM-CT-001", ASHBY)))
    night = usual_night()
    for name in ("name_as_written", "address_as_written", "source_ref"):
        place = night.records.column_names.index(name)
        hostile = [
            None if value is None else payload + str(row)
            for row, value in enumerate(night.records[name].to_pylist())
        ]
        night = replace(
            night, records=night.records.set_column(place, night.records.schema.field(place), [hostile])
        )
    partners = tuple(partner.model_copy(update={"name": payload, "contact": payload}) for partner in PARTNERS)
    cases = cases_of(replace(night, partners=partners), (event(1, note=payload, decided_by=payload),))
    seen = Tags()
    for rule_id in RULES:
        pack = pack_of(rule_id, partners[0], cases)
        page = page_of(replace(pack, events=(event(1, note=payload, decided_by=payload),)), cases)
        seen.feed(page)
        assert str(escape(clean_text(payload))) in page
    assert seen.found <= clean.found | {"code"}
    assert not any(name.startswith("on") for name in seen.attributes)


def test_the_same_case_gives_the_same_bytes_and_loads_nothing() -> None:
    page = page_of(pack_of("FM-CT-001", ASHBY))
    assert page == page_of(pack_of("FM-CT-001", ASHBY))
    assert not re.search(r"(?:src|srcset|style)=|url\(|@import", page)
    assert "default-src 'none'" in page
    assert len(page.encode()) < 200_000


def test_several_packs_have_a_page_that_leads_to_them() -> None:
    cases = cases_of()
    packs = [(f"{key}.html", pack) for key in cases.best(ASHBY, 3) if (pack := cases.pack(key, ASHBY))]
    page = contents_page(packs, cases.night)
    assert len(packs) == 3
    assert all(f'href="{name}"' in page for name, _ in packs)
