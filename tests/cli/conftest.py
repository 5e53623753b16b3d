"""A night of the sample with local overrides, run once for every module that asks about it."""

from __future__ import annotations

import shutil

import pytest

from fraudmatch.exercise import Night, run_night
from fraudmatch.shipped import shipped
from fraudmatch.site import load_site

OVERRIDES = """
[[override]]
rule = "FM-CT-005"
partner = "all"
off = true
by = "Hub analyst"
on = 2026-03-01
why = "Being rewritten."

[[override]]
rule = "FM-CT-001"
partner = "cheltenham"
points = { base = 10 }
by = "Revenues manager"
on = 2026-02-10
why = "Few officers this <quarter>."
"""


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    root = tmp_path_factory.mktemp("rulebook") / "site"
    shutil.copytree(shipped("sample_data"), root)
    with (root / "site.toml").open("a", encoding="utf-8") as file:
        file.write(OVERRIDES)
    made = run_night(load_site(root))
    # Commands that show a record enter it in the ledger of the site they all share.
    shutil.copy(made.site.outcomes_store, root.parent / "outcomes.sqlite")
    return made
