"""The head of the ledger in every report, and RULES CHANGED on the front pages (threat T31)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from report_nights import PARTNERS, usual_night

from fraudmatch.report import report
from fraudmatch.report.witness import SHOWN, changed_rules

FIRST, SECOND = PARTNERS[0].id, PARTNERS[1].id
HEAD = "1042:9f86d081884c7d65"


def change(name: str, kind: str, **more: object) -> dict[str, object]:
    return {"name": name, "kind": kind, "before": "a" * 64, "after": "b" * 64, "partner": None, "by": None,
            "on": None} | more  # fmt: skip


CHANGES = (
    change("rules/mine.toml", "rule"),
    change("model person", "model"),
    change("partners/x/payroll.toml", "mapping"),
    change(f"override of FM-CT-001 for {FIRST} 0a1b2c3d", "override", before=None, partner=FIRST, by="R. Green",
           on="2026-03-01"),
)  # fmt: skip
OVERRIDE = f"override of FM-CT-001 for {FIRST} is new, by R. Green on 1 March 2026"


def sheet_text(workbook: Path) -> str:
    with zipfile.ZipFile(workbook) as parts:
        return re.sub(r"<[^>]+>", " ", parts.read("xl/sharedStrings.xml").decode("utf-8"))


def test_changed_rules_stand_on_the_front_pages(tmp_path: Path) -> None:
    report(tmp_path, usual_night(changes=CHANGES, ledger_head=HEAD))
    hub = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "RULES CHANGED" in hub
    for line in ("rules/mine.toml was changed", "model person was changed", OVERRIDE):
        assert line in hub
    assert "payroll.toml was changed" not in hub
    mine = (tmp_path / FIRST / "index.html").read_text(encoding="utf-8")
    other = (tmp_path / SECOND / "index.html").read_text(encoding="utf-8")
    assert OVERRIDE in mine
    assert "R. Green" not in other
    assert "rules/mine.toml was changed" in other
    assert OVERRIDE in sheet_text(tmp_path / FIRST / "exceptions.xlsx")
    assert "R. Green" not in sheet_text(tmp_path / SECOND / "exceptions.xlsx")


def test_the_head_is_in_every_page_and_workbook_and_nothing_else_depends_on_it(tmp_path: Path) -> None:
    written = report(tmp_path / "one", usual_night(ledger_head=HEAD))
    report(tmp_path / "two", usual_night(ledger_head=""))
    for path in written:
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        if path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            assert HEAD in text
            assert "RULES CHANGED" not in text
        elif path.name == "exceptions.xlsx":
            assert HEAD in sheet_text(path)
        else:
            assert path.read_bytes() == other.read_bytes(), path


def test_a_long_list_of_changes_is_cut_and_counted() -> None:
    lines = changed_rules([change(f"rules/{n}.toml", "rule", after=None) for n in range(SHOWN + 3)])
    assert lines[0] == "rules/0.toml is gone"
    assert lines[-1] == "and 3 more"
    assert len(lines) == SHOWN + 1
