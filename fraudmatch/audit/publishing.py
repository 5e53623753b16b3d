"""From a finished night to the one people read: manifest, folder, pointer, in this order, each on the disk before the next.

The manifest is the moment from which a night counts as finished. What comes after can be repeated, and every start
repeats it first where it was cut short: readers see the old night until the pointer changes, and the new one after.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fraudmatch.audit.building import BUILDING, Building, read_note
from fraudmatch.audit.store import MANIFEST, POINTER, Run, faults_in, purged_from, read_manifest, sha256_of
from fraudmatch.checkpoints import Checkpoint, nothing
from fraudmatch.durable import make_folder, rename_folder, sync_folder, write_text

#: What the run that is replaced is called meanwhile, before its id.
_REPLACED = ".replaced-"


def seal(building: Building, key: str, manifest: Mapping[str, Any]) -> None:
    """Write the manifest with the SHA-256 of every file; from now on the night is finished."""
    building.sweep()
    told = dict(manifest)
    told["artefacts"] = {name: sha for name, sha in building.artefacts().items() if name != MANIFEST}

    def making(out: Any) -> None:
        path = building.run / MANIFEST
        text = json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        write_text(path, text)
        out.told["run_id"] = told["run_id"]
        out.add([path])

    building.make("seal", key, making)


def publish(
    runs: Path, keep: Callable[[Path, Callable[[], None]], None], at: Checkpoint = nothing, *,
    entering: Callable[[Path], None],
) -> Run | None:  # fmt: skip
    """Publish the sealed night below runs/, then let `keep` put away what it accepted; can be repeated.

    Args:
        keep: given the folder work/ of the night, and what to call half way; can be repeated.
        entering: given the folder whose manifest the published run will have, before the run gets its folder; when
            it raises, the run in force stays.

    Returns:
        The published run; None when there is no sealed night that is whole.
    """
    folder = runs / BUILDING
    note = read_note(folder, "seal")
    if note is None:
        return None
    run_id, final = str(note["told"]["run_id"]), runs / str(note["told"]["run_id"])
    at("publish", "begin")
    if (folder / "run").is_dir():
        manifest = folder / "run" / MANIFEST
        if not manifest.is_file() or sha256_of(manifest) != note["files"].get(f"run/{MANIFEST}"):
            return None
        _into_place(folder / "run", final, at, entering)
    at("publish", "written")
    sync_folder(runs)
    at("publish", "durable")
    write_text(runs / POINTER, run_id + "\n")
    at("publish", "committed")
    at("keep", "begin")
    keep(folder / "work", lambda: at("keep", "mid"))
    at("keep", "written")
    at("keep", "durable")
    shutil.rmtree(folder)
    sync_folder(runs)
    at("keep", "committed")
    return Run(final, read_manifest(final) or {})


def _into_place(made: Path, final: Path, at: Checkpoint, entering: Callable[[Path], None]) -> None:
    """Give the night its folder. The same night again leaves what is there, byte for byte."""
    there = read_manifest(final)
    told = read_manifest(made, final.name)
    if (
        there is not None
        and told is not None
        and there["artefacts"] == told["artefacts"]
        and not faults_in(Run(final, there))
        and not purged_from(final)
    ):
        entering(final)
        at("publish", "mid")
        shutil.rmtree(made)
        return
    entering(made)
    make_folder(final.parent)
    replaced = final.with_name(_REPLACED + final.name)
    if final.exists():
        if replaced.exists():
            shutil.rmtree(replaced)
        rename_folder(final, replaced)
    at("publish", "mid")
    rename_folder(made, final)
    shutil.rmtree(replaced, ignore_errors=True)


def put_back(runs: Path) -> None:
    """Undo what a start left that was cut short while it replaced a run."""
    for replaced in sorted(runs.glob(f"{_REPLACED}*")):
        final = runs / replaced.name.removeprefix(_REPLACED)
        if final.exists():
            shutil.rmtree(replaced)
        else:
            rename_folder(replaced, final)
