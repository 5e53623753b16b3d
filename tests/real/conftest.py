"""Published data for the tests of this folder: outside the repository, so they may be absent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from accuracy import data_folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of published files; the test is skipped where it is absent."""
    folder = data_folder()
    if not folder.is_dir():
        pytest.skip(
            "no published data: name its folder in FRAUDMATCH_DATA, or put it in shared/data beside the checkout"
        )
    return folder
