"""A night that is being made: every stage on disk as soon as it has finished, so that another start goes on from it.

    runs/.building/stages/<stage>.json   which files the stage wrote, with their SHA-256, and what it told
    runs/.building/run/…                 the folder that becomes runs/<run id>
    runs/.building/work/…                what only later stages need

A file that no note names does not exist, however whole it looks: a note is written when all its files are on the
disk. A note carries the key of its stage, a digest of everything the stage rests on, so that what was made
from other inputs, or from another outcome of an earlier stage, is never taken for tonight's.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch.audit.store import sha256_of
from fraudmatch.checkpoints import Checkpoint, nothing
from fraudmatch.durable import sync_files, write_text

T = TypeVar("T")

#: Folder below runs/.
BUILDING = ".building"


@dataclass
class StageOutput:
    """What one stage is writing.

    Attributes:
        run: the folder that becomes the run. work: the folder of what only later stages need.
        told: figures and words for the manifest, as JSON holds them.
        once: what was made is good for this start only; another one makes it again.
    """

    run: Path
    work: Path
    _half_way: Callable[[], None]
    told: dict[str, Any] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    once: bool = False

    def table(self, name: str, table: pa.Table, *, private: bool = False) -> None:
        """Write a table of the run, for its owner's eyes alone when `private`."""
        self._write(self.run / "tables" / f"{name}.parquet", table, private)

    def working_table(self, name: str, table: pa.Table) -> None:
        """Write a table that only later stages need."""
        self._write(self.work / f"{name}.parquet", table, private=True)

    def add(self, paths: Iterable[Path]) -> None:
        """Files below `run` or `work` that the stage wrote itself."""
        self.files += paths
        self._half_way()

    def _write(self, path: Path, table: pa.Table, private: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if private:
            path.touch(mode=0o600)
        pq.write_table(table, path, compression="zstd", write_page_checksum=True)
        self.files.append(path)
        self._half_way()


@dataclass(frozen=True)
class StageInput:
    """What a finished stage left, every file of it checked."""

    run: Path
    work: Path
    told: Mapping[str, Any]
    names: tuple[str, ...]

    def table(self, name: str) -> pa.Table:
        """A table of the run."""
        return pq.read_table(self.run / "tables" / f"{name}.parquet")

    def working_table(self, name: str) -> pa.Table:
        """A table that only later stages need."""
        return pq.read_table(self.work / f"{name}.parquet")

    def tables(self, prefix: str = "") -> dict[str, pa.Table]:
        """The tables of the run whose names begin so, by the rest of their names."""
        return {name.removeprefix(prefix): self.table(name) for name in self.names if name.startswith(prefix)}


@dataclass
class Building:
    """The folder a night is made in.

    Attributes:
        folder: runs/.building. at: told every point of every stage.
        made / taken_over: stages that were made in this start, and those an earlier one had finished.
        unsound: finished stages whose files are not as they were written, and that are made again.
    """

    folder: Path
    at: Checkpoint = nothing
    made: list[str] = field(default_factory=list)
    taken_over: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)
    _digests: dict[str, str] = field(default_factory=dict)
    _told: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def run(self) -> Path:
        """The folder that becomes the run."""
        return self.folder / "run"

    @property
    def work(self) -> Path:
        """The folder of what only later stages need."""
        return self.folder / "work"

    def finished(self, stage: str, key: str) -> StageInput | None:
        """What an earlier start left of a stage, when it had finished it from the same inputs and all of it is sound."""
        note = read_note(self.folder, stage)
        if note is None or note["key"] != self._upon(key):
            return None
        for name, sha256 in note["files"].items():
            path = self.folder / name
            if not path.is_file() or sha256_of(path) != sha256:
                self.unsound.append(stage)
                return None
        self._digests |= note["files"]
        self._told[stage] = note["told"]
        self.taken_over.append(stage)
        return self._input(note)

    def make(self, stage: str, key: str, making: Callable[[StageOutput], T]) -> T:
        """Make a stage: when this returns, it is finished for good."""
        self.at(stage, "begin")
        _note_of(self.folder, stage).unlink(missing_ok=True)
        half_way = _once(lambda: self.at(stage, "mid"))
        out = StageOutput(self.run, self.work, half_way)
        value = making(out)
        half_way()
        self.at(stage, "written")
        sync_files(out.files)
        files = {path.relative_to(self.folder).as_posix(): sha256_of(path) for path in sorted(out.files)}
        self.at(stage, "durable")
        note = {"key": "" if out.once else self._upon(key), "files": files, "told": out.told}
        _note_of(self.folder, stage).parent.mkdir(parents=True, exist_ok=True)
        write_text(_note_of(self.folder, stage), json.dumps(note, sort_keys=True, ensure_ascii=False) + "\n")
        self._digests |= files
        self._told[stage] = out.told
        self.made.append(stage)
        self.at(stage, "committed")
        return value

    def _upon(self, key: str) -> str:
        """The key of a stage, bound to what the stages before it have made."""
        return key_of(key, self._digests)

    def told(self, stage: str) -> Mapping[str, Any]:
        """What a finished stage told."""
        return self._told[stage]

    def digest(self, table: str) -> str:
        """SHA-256 of a table of the run that a stage has written."""
        return self._digests[f"run/tables/{table}.parquet"]

    def tables(self) -> list[str]:
        """Names of the tables written so far, sorted."""
        inside = [name for name in self._digests if name.startswith("run/tables/")]
        return sorted(Path(name).stem for name in inside)

    def artefacts(self) -> dict[str, str]:
        """SHA-256 of every file of the run, by its path in it."""
        inside = sorted(name for name in self._digests if name.startswith("run/"))
        return {name.removeprefix("run/"): self._digests[name] for name in inside}

    def sweep(self) -> None:
        """Remove from the run what no stage of this start names: an earlier one may have left it, made from other inputs."""
        named = self.artefacts()
        for path in self.run.rglob("*"):
            if path.is_file() and path.relative_to(self.run).as_posix() not in named:
                path.unlink()

    def _input(self, note: Mapping[str, Any]) -> StageInput:
        names = tuple(sorted(Path(name).stem for name in note["files"] if name.startswith("run/tables/")))
        return StageInput(self.run, self.work, note["told"], names)


def key_of(*parts: Any) -> str:
    """A digest of all that a stage rests on; the first part is the key of the stage before it."""
    whole = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(whole.encode("utf-8")).hexdigest()


def read_note(folder: Path, stage: str) -> dict[str, Any] | None:
    """The note of a stage; None where there is none that can be read."""
    try:
        note = json.loads(_note_of(folder, stage).read_text(encoding="utf-8"))
        return {"key": str(note["key"]), "files": dict(note["files"]), "told": dict(note["told"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def clear(folder: Path) -> None:
    """Remove what an earlier start left."""
    if folder.exists():
        shutil.rmtree(folder)


def _note_of(folder: Path, stage: str) -> Path:
    return folder / "stages" / f"{stage}.json"


def _once(act: Callable[[], None]) -> Callable[[], None]:
    """A function that acts when it is called first."""
    done: list[bool] = []

    def first() -> None:
        if not done:
            done.append(True)
            act()

    return first
