"""A tiny site, a night of it that nothing disturbed, and the counts that are printed at the end."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny import check_invariants, make_site, published

from fraudmatch import exercise
from fraudmatch.exercise import run_night
from fraudmatch.scoring import Library
from fraudmatch.site import load_site

#: What this worker tried: faults, checks of invariants, decisions and files lost.
COUNTS: Counter[str] = Counter()


@dataclass(frozen=True)
class Tiny:
    """A site that is copied for every fault, and what a night of it publishes.

    Attributes:
        golden: SHA-256 of every published file, by path.
    """

    root: Path
    golden: dict[str, str]

    def copy(self, to: Path) -> Path:
        shutil.copytree(self.root, to)
        return to


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    folder = tmp_path_factory.mktemp("tiny")
    root = make_site(folder / "site")
    shutil.copytree(root, folder / "golden")
    night = run_night(load_site(folder / "golden"))
    assert night.prepared.records.num_rows > 300
    assert night.scored.flags.num_rows > 5
    assert check_invariants(folder / "golden") == []
    return Tiny(root, published(folder / "golden"))


@pytest.fixture(scope="session", autouse=True)
def one_library() -> Iterator[None]:
    """The rules are read once: every site of these tests has the same, and reading them takes half of a tiny night."""
    read, known = exercise.load_library, {}

    def kept(folders: list[Path]) -> Library:
        texts = tuple(path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.toml")))
        if texts not in known:
            known[texts] = read(folders)
        return known[texts]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exercise, "load_library", kept)
        yield


@pytest.fixture
def site(tiny: Tiny, tmp_path: Path) -> Path:
    return tiny.copy(tmp_path / "site")


@pytest.fixture
def counts() -> Counter[str]:
    return COUNTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    told = Counter(getattr(config, "fault_counts", {})) + COUNTS
    if told:
        terminalreporter.section("faults")
        terminalreporter.line(
            f"{told['faults']:,} faults tried, {told['invariants']:,} checks of invariants, {told['resumed']:,} "
            f"nights gone on with, lost = {told['lost']:,}"
        )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """What a worker of pytest-xdist counted, added up where the summary is printed."""
    config = node.config  # type: ignore[attr-defined]
    told = getattr(node, "workeroutput", {}).get("fault_counts", {})
    config.fault_counts = dict(Counter(getattr(config, "fault_counts", {})) + Counter(told))


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["fault_counts"] = dict(COUNTS)
