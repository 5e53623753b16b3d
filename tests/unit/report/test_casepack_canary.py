"""A case pack shows its reader what the workbook shows it, and nothing of others' records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from canaries import Canaries, leaks, random_site

from fraudmatch.casepack import CaseNight, RuleFacts, write_pack
from fraudmatch.report.disclosure import Sides, sides_of


def all_packs(canaries: Canaries, folder: Path) -> int:
    """Every case for every partner that is a party to it, in a folder of the partner."""
    night = canaries.night
    assert night.worklist is not None
    facts = {rule_id: RuleFacts({"base": 40}) for rule_id in night.rules}
    cases = CaseNight(night, facts, ())
    written = 0
    for partner in night.partners:
        (folder / partner.id).mkdir()
        for key in night.worklist.cases["case_key"].to_pylist():
            pack = cases.pack(key, partner)
            if pack is not None:
                write_pack(folder / partner.id / f"{key}.html", pack, cases.night)
                written += 1
    return written


@pytest.mark.parametrize("seed", range(8))
def test_no_partner_sees_anothers_values(seed: int, tmp_path: Path) -> None:
    canaries = random_site(seed)
    assert all_packs(canaries, tmp_path) > len(canaries.night.partners)
    assert leaks(canaries, tmp_path) == []


def test_the_canaries_would_sing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_gate(partner_id: str, flags: pa.Table) -> Sides:
        sides = sides_of(partner_id, flags)
        return replace(sides, seen_id=sides.other_id)

    monkeypatch.setattr("fraudmatch.report.disclosure.sides_of", open_gate)
    canaries = random_site(2)
    all_packs(canaries, tmp_path)
    # The line of time shows what came through; the table of both records asks once more whose the other one is.
    assert {"date_of_birth", "date_added"} <= {column for _, _, column, _ in leaks(canaries, tmp_path)}
