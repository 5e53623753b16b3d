"""What decides results besides the deliveries, and what of it differs from the night before."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudmatch.settings import changes, kind_of, settings_of
from fraudmatch.site import Site, load_site

SITE = 'name = "Two councils"\n[[partner]]\nid = "northshire"\nname = "Northshire"\n'
OVERRIDE = """
[[override]]
rule = "FM-CT-001"
partner = "northshire"
off = true
by = "R. Green"
on = 2026-03-01
why = "Being looked at."
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "partners/northshire").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    (tmp_path / "partners/northshire/payroll.toml").write_text('dataset = "payroll"\n', encoding="utf-8")
    return load_site(tmp_path)


def told(before: dict[str, str], site: Site) -> list[tuple[object, ...]]:
    found = changes(before, settings_of(site), site)
    return [(one["kind"], one["name"], one["before"] is None, one["after"] is None) for one in found]


def test_nothing_changed_is_nothing(site: Site) -> None:
    before = settings_of(site)
    assert {kind_of(name) for name in before} == {"rule", "model", "mapping", "site"}
    assert len(before) > 100
    assert told(before, site) == []
    assert changes(None, before, site) == []


def test_files_that_are_new_changed_and_gone(site: Site) -> None:
    before = settings_of(site)
    (site.root / "rules/mine.toml").write_text("id = 1\n", encoding="utf-8")
    (site.root / "partners/northshire/payroll.toml").write_text("# other\n", encoding="utf-8")
    (site.root / "partners/northshire/sharing.toml").write_text("", encoding="utf-8")
    assert told(before, site) == [
        ("mapping", "partners/northshire/payroll.toml", False, False),
        ("sharing", "partners/northshire/sharing.toml", True, False),
        ("rule", "rules/mine.toml", True, False),
    ]
    before = settings_of(site)
    (site.root / "rules/mine.toml").unlink()
    assert told(before, site) == [("rule", "rules/mine.toml", False, True)]


def test_an_override_says_who_and_when(site: Site) -> None:
    before = settings_of(site)
    (site.root / "site.toml").write_text(SITE + OVERRIDE, encoding="utf-8")
    again = load_site(site.root)
    found = changes(before, settings_of(again), again)
    assert [one["kind"] for one in found] == ["override", "site"]
    assert found[0]["name"].startswith("override of FM-CT-001 for northshire ")
    assert (found[0]["partner"], found[0]["by"], found[0]["on"]) == ("northshire", "R. Green", "2026-03-01")
    # taken away again, nobody says by whom
    back = changes(settings_of(again), before, site)
    assert (back[0]["after"], back[0]["by"]) == (None, None)
