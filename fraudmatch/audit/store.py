"""The folder of a run: data first, then the manifest, then the pointer.

    runs/<run id>/tables/*.parquet    what the stages made
    runs/<run id>/reports/…           what people read
    runs/<run id>/manifest.json       what went in, what came out, how long it took
    runs/latest.txt                   the run id of the newest published run

A run is built in a folder of its own (`building`) and moved into place whole (`publishing`), so that a reader
sees the old night or the new one, never a mixture. The clock appears in the manifest and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch.errors import RunError

POINTER = "latest.txt"
MANIFEST = "manifest.json"
#: What was removed from a run by retention: {path in the run: number of the purge}. Verified against the ledger by
#: `fraudmatch verify`.
PURGED = "purged.json"


@dataclass(frozen=True)
class Run:
    """One run on disk.

    Attributes:
        folder: runs/<run id>, or the folder it is built in.
        manifest: empty until it is published.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def tables(self) -> Path:
        """Folder of the stage tables."""
        return self.folder / "tables"

    @property
    def reports(self) -> Path:
        """Folder of the reports."""
        return self.folder / "reports"

    def read(self, name: str) -> pa.Table:
        """A stage table of a published run, checked against the manifest.

        Raises:
            RunError: the file is not the one that was published, or there is none.
        """
        path = self.tables / f"{name}.parquet"
        expected = self.manifest["artefacts"].get(f"tables/{name}.parquet")
        if expected is None or not path.is_file():
            raise RunError(f"Run {self.folder.name} has no table {name}.", remedy="Run the night again.")
        if sha256_of(path) != expected:
            raise RunError(
                f"{path} is not the file that was published: its SHA-256 differs.",
                remedy="Do not use it. Run the night again from the deliveries.",
            )
        return pq.read_table(path)

    def names(self) -> list[str]:
        """Names of the stage tables of a published run, sorted; without those that retention removed."""
        gone = purged_from(self.folder)
        inside = [n for n in self.manifest["artefacts"] if n.startswith("tables/") and n not in gone]
        return sorted(Path(name).stem for name in inside)


def open_run(runs: Path, run_id: str | None = None) -> Run:
    """A published run: the one named, or the newest.

    Raises:
        RunError: there is none.
    """
    if run_id is None:
        run_id = _pointed_at(runs) or _newest(runs)
        if run_id is None:
            raise RunError(
                f"{runs.parent} has no finished night.", remedy="Run one with: fraudmatch run SITE"
            )
    manifest = read_manifest(runs / run_id)
    if manifest is None:
        there = ", ".join(sorted(p.parent.name for p in runs.glob("*/manifest.json"))) or "none"
        raise RunError(f"There is no run {run_id}.", remedy=f"Runs here: {there}.")
    return Run(runs / run_id, manifest)


def read_manifest(folder: Path, run_id: str | None = None) -> dict[str, Any] | None:
    """The manifest in a folder; None where there is none that can be read: such a run does not exist.

    Args:
        run_id: whose it must be; that of the folder's name when None.
    """
    try:
        manifest = dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        mine = manifest["run_id"] == (run_id or folder.name) and isinstance(manifest["artefacts"], dict)
        return manifest if mine else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def run_ids(runs: Path) -> list[str]:
    """Ids of all published runs, sorted."""
    return sorted(
        path.parent.name for path in runs.glob(f"*/{MANIFEST}") if read_manifest(path.parent) is not None
    )


def purged_from(folder: Path) -> dict[str, str]:
    """What retention removed from a run: path in the run -> the purge, by its number."""
    try:
        told = json.loads((folder / PURGED).read_text(encoding="utf-8"))
        return {str(name): str(purge) for name, purge in told.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def faults_in(run: Run) -> list[str]:
    """What is wrong with the files of a run, one a line: missing, changed, or nobody's.

    What retention removed is not missing; whether it says so truly is for `retention.unaccounted` to tell.
    """
    inside = {path.relative_to(run.folder).as_posix() for path in run.folder.rglob("*") if path.is_file()}
    named, gone = run.manifest["artefacts"], purged_from(run.folder)
    faults = [f"{name} is missing" for name in named if name not in inside and name not in gone]
    faults += [
        f"{name} was changed"
        for name in named
        if name in inside and sha256_of(run.folder / name) != named[name]
    ]
    faults += [f"{name} is in no manifest" for name in inside - set(named) - {MANIFEST, PURGED}]
    return sorted(faults)


def pointer_of(runs: Path) -> str | None:
    """What the pointer says, whether that run is there or not; None where it says nothing. Cheap enough to ask often."""
    try:
        return (runs / POINTER).read_text(encoding="utf-8").strip() or None
    except (OSError, ValueError):
        return None


def _pointed_at(runs: Path) -> str | None:
    """The run the pointer names; None where it names none that is there."""
    run_id = pointer_of(runs)
    if not run_id or run_id != Path(run_id).name or read_manifest(runs / run_id) is None:
        return None
    return run_id


def _newest(runs: Path) -> str | None:
    """Where the pointer is of no use: the run that was finished last, by its manifest."""
    told = [read_manifest(path.parent) for path in runs.glob(f"*/{MANIFEST}")]
    finished = [(str(one.get("finished", "")), str(one["run_id"])) for one in told if one is not None]
    return max(finished, default=("", None))[1]


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
