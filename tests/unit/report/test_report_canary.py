"""The main guarantee: no partner sees another's values.

Every field of every record of a random site carries a token of its own. After the reports are
written, the tokens found in each partner's folder are compared with those it may see.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from canaries import TOKEN, leaks, partner_of, random_site, spellings, texts_of, values_of
from report_nights import RULES

import fraudmatch.report.publish as publish
from fraudmatch.report import report
from fraudmatch.report.disclosure import Sides, sides_of


@pytest.mark.parametrize("seed", range(8))
def test_no_partner_sees_anothers_values(seed: int, tmp_path: Path) -> None:
    canaries = random_site(seed)
    report(tmp_path, canaries.night)
    assert leaks(canaries, tmp_path) == []


@pytest.mark.parametrize("seed", range(3))
def test_partners_do_see_their_own_values(seed: int, tmp_path: Path) -> None:
    canaries = random_site(seed)
    report(tmp_path, canaries.night)
    expected = {"name_as_written", "address_as_written", "date_of_birth", "source_ref"}
    for reader in canaries.night.partners:
        mine = [row for row in canaries.flags if partner_of(row, reader.id)]
        named = {row[side] for row in mine for side in ("left_id", "right_id")}
        for suffix in (".csv", ".xml"):
            texts = "\n".join(
                text for name, text in texts_of(folder=tmp_path / reader.id) if name.endswith(suffix)
            )
            for owner, record_id, column, value in values_of(canaries.night):
                if owner == reader.id and record_id in named and column in expected:
                    assert any(spelling in texts for spelling in spellings(value)), (
                        reader.id,
                        record_id,
                        column,
                    )


def test_the_details_a_rule_shows_appear_for_their_owner(tmp_path: Path) -> None:
    canaries = random_site(1)
    report(tmp_path, canaries.night)
    datasets = canaries.night.records["dataset"].to_pylist()
    owners = canaries.night.records["partner"].to_pylist()
    for row in canaries.flags:
        left = int(str(row["left_id"]))
        rule = RULES[str(row["rule_id"])]
        text = (tmp_path / owners[left] / f"{rule.id}.csv").read_text("utf-8-sig")
        for field in rule.show_left:
            values = canaries.night.details[datasets[left]].to_pylist()
            value = next(detail[field] for detail in values if detail["record_id"] == left)
            said = str(value).replace("_", " ")
            assert said in text or any(spelling in text for spelling in spellings(value)), (rule.id, field)


def test_the_canaries_would_sing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the gate held open, the same check finds leaks: it can fail."""

    def open_gate(partner_id: str, flags: pa.Table) -> Sides:
        sides = sides_of(partner_id, flags)
        return replace(sides, seen_id=sides.other_id)

    monkeypatch.setattr("fraudmatch.report.disclosure.sides_of", open_gate)
    canaries = random_site(2)
    report(tmp_path, canaries.night)
    columns = {column for _, _, column, _ in leaks(canaries, tmp_path)}
    assert {"name_as_written", "address_as_written", "date_of_birth"} <= columns
    assert columns & {"gross_to_date_pence", "date_added", "discount type", "discount_type"}


def test_flags_of_strangers_would_sing_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "flags_of", lambda partner_id, flags, members: flags)
    canaries = random_site(3)
    report(tmp_path, canaries.night)
    assert leaks(canaries, tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_the_hub_page_holds_no_value(seed: int, tmp_path: Path) -> None:
    canaries = random_site(seed)
    report(tmp_path, canaries.night)
    assert not TOKEN.search((tmp_path / "index.html").read_text("utf-8"))
    assert not TOKEN.search((tmp_path / "worklist.csv").read_text("utf-8-sig"))


@pytest.mark.parametrize("seed", range(3))
def test_every_row_has_the_reader_as_a_party(seed: int, tmp_path: Path) -> None:
    canaries = random_site(seed)
    report(tmp_path, canaries.night)
    parties = {str(row["flag_key"]): (row["left_partner"], row["right_partner"]) for row in canaries.flags}
    for reader in canaries.night.partners:
        printed = []
        for path in (tmp_path / reader.id).glob("FM-*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as lines:
                printed += [row["Flag key"] for row in csv.DictReader(lines)]
        assert sorted(printed) == sorted(key for key, both in parties.items() if reader.id in both)
