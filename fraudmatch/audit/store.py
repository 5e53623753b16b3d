"""The folder of a run: data first, then the manifest, then the pointer.

    runs/<run id>/tables/*.parquet    what the stages made
    runs/<run id>/reports/…           what people read
    runs/<run id>/manifest.json       what went in, what came out, how long it took
    runs/latest.txt                   the run id of the newest published run

A run is built in a folder of its own and moved into place whole, so that a reader sees the
old night or the new one, never a mixture. The clock appears in the manifest and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch.errors import RunError

_POINTER = "latest.txt"
_MANIFEST = "manifest.json"


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

    def write(self, name: str, table: pa.Table, *, private: bool = False) -> str:
        """Write a stage table, for its owner's eyes alone when `private`; its sha256."""
        path = self.tables / f"{name}.parquet"
        if private:
            path.touch(mode=0o600)
        pq.write_table(table, path, compression="zstd", write_page_checksum=True)
        return sha256_of(path)

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
        """Names of the stage tables of a published run, sorted."""
        inside = [name for name in self.manifest["artefacts"] if name.startswith("tables/")]
        return sorted(Path(name).stem for name in inside)


def start_run(runs: Path) -> Run:
    """An empty run to write into."""
    folder = runs / ".building"
    if folder.exists():
        shutil.rmtree(folder)
    (folder / "tables").mkdir(parents=True)
    return Run(folder, {})


def publish(run: Run, run_id: str, manifest: Mapping[str, Any]) -> Run:
    """Seal a built run: hash every file, write the manifest, move it into place, point to it."""
    final = run.folder.parent / run_id
    sealed = dict(manifest) | {"artefacts": hash_files(run.folder)}
    text = json.dumps(sealed, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (run.folder / _MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    if final.exists():
        shutil.rmtree(final)
    run.folder.rename(final)
    pointer = final.parent / f".{_POINTER}"
    pointer.write_text(run_id + "\n", encoding="utf-8", newline="\n")
    pointer.replace(final.parent / _POINTER)
    return Run(final, sealed)


def hash_files(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by its path from there, but for the manifest."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _MANIFEST)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in found}


def open_run(runs: Path, run_id: str | None = None) -> Run:
    """A published run: the one named, or the newest.

    Raises:
        RunError: there is none.
    """
    pointer = runs / _POINTER
    if run_id is None:
        if not pointer.is_file():
            raise RunError(
                f"{runs.parent} has no finished night.", remedy="Run one with: fraudmatch run SITE"
            )
        run_id = pointer.read_text(encoding="utf-8").strip()
    manifest = runs / run_id / _MANIFEST
    if not manifest.is_file():
        there = ", ".join(sorted(p.parent.name for p in runs.glob("*/manifest.json"))) or "none"
        raise RunError(f"There is no run {run_id}.", remedy=f"Runs here: {there}.")
    return Run(runs / run_id, json.loads(manifest.read_text(encoding="utf-8")))


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
