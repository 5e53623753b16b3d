"""A small site with one night and a few decisions, made once; tests work on copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from backed_up import Place, decide

from fraudmatch.backup import Vault, new_key
from fraudmatch.exercise import run_night
from fraudmatch.sample import generate
from fraudmatch.site import load_site


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("backup") / "site"
    generate(root, people=1_000, seed=5)
    site = load_site(root)
    run_night(site)
    decide(site, 5)
    return root


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Place:
    shutil.copytree(made, tmp_path / "site")
    (tmp_path / "vault").mkdir()
    key = new_key(tmp_path / "backup.key")
    return Place(load_site(tmp_path / "site"), Vault(tmp_path / "vault", key), key, tmp_path)
