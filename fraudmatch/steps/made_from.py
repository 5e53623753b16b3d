"""What a night was made from, kept inside its run, so that `replay` can make the night again.

    runs/<run id>/inputs/<SHA-256>.zst    a file of the site as it was: deliveries, mappings, agreements, rules …
    runs/<run id>/inputs/<SHA-256>        what earlier nights had accepted, as it lies in accepted/

A file that came unchanged since the night before is the same file on the disk, where the disk can do that.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import Run, StageOutput, open_run, sha256_of
from fraudmatch.errors import RunError
from fraudmatch.intake import NIGHTS
from fraudmatch.site import Site

#: Folder of a run.
FOLDER = "inputs"
#: Faults of deliveries that may not be kept: they hold what was not agreed, or a person refused them (docs/intake.md).
NOT_KEPT = (
    "COLUMN_NOT_AGREED",
    "FIELD_NOT_AGREED",
    "SHARING_NOT_AGREED",
    "SHARING_ENDED",
    "DELIVERY_REFUSED",
)
_PIECE = 1 << 20


def files_of(site: Site, day: dt.date) -> list[Path]:
    """Every file of a site that decides what a night of that day comes to, the store of outcomes left out; sorted."""
    files = [site.root / "site.toml", site.releases_file]
    for folder in (site.root / "partners", site.root / "deliveries", site.rules_folder):
        files += folder.rglob("*")
    for slot in site.accepted_folder.glob("*/*"):
        notes = [path for path in slot.glob("*.json") if path.stem < day.isoformat()]
        for note in sorted(notes)[-NIGHTS:]:
            files += [note, note.with_suffix(".parquet")]
    return sorted(path for path in files if path.is_file())


def digest_of(path: Path) -> str:
    """SHA-256 of a file; "" of one that is there and cannot be read: another program holds it, or the account may not.

    Intake holds such a delivery back and the night goes on.

    Raises:
        FileNotFoundError: it is not there any more.
    """
    try:
        return sha256_of(path)
    except FileNotFoundError:
        raise
    except OSError:
        return ""


def keep(site: Site, day: dt.date, rejects: pa.Table, out: StageOutput) -> None:
    """Keep what the night is made from in its run, and tell its digests.

    Args:
        rejects: of the files that came, which say what may not be kept.
    """
    folder, before = out.run / FOLDER, _in_force(site)
    folder.mkdir(parents=True, exist_ok=True)
    told: dict[str, str] = {}
    kept: set[str] = set()
    barred = _barred(rejects)
    for path in files_of(site, day):
        name = path.relative_to(site.root).as_posix()
        with contextlib.suppress(FileNotFoundError):  # taken away meanwhile: the night has not seen it either
            told[name] = digest = digest_of(path)
            if digest and site.keep_inputs and name not in barred:
                kept.add(_kept(path, digest, folder, before))
    out.add(folder / name for name in sorted(kept))
    out.told["inputs"] = told


def put_back(run: Run, site: Site, folder: Path) -> list[str]:
    """Put what a night was made from into an empty folder, as it lay in the site; files that are not there any more.

    A file that the run does not keep is taken from the site, where it is still the same.

    Args:
        site: whose night it is.
    """
    lacking = []
    for name, digest in sorted(run.manifest["inputs"].items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sources = (*copies_of(run, digest), site.root / name)
        if not any(_copied(source, path, digest) for source in sources):
            path.unlink(missing_ok=True)
            lacking.append(name)
    return lacking


def copies_of(run: Run, digest: str) -> Iterator[Path]:
    """What a night keeps of a content, packed or not; none where it keeps nothing."""
    for name in (f"{digest}.zst", digest):
        path = run.folder / FOLDER / name
        if path.is_file():
            yield path


def _in_force(site: Site) -> Run | None:
    try:
        return open_run(site.runs_folder)
    except RunError:
        return None


def _linked(before: Run, name: str, to: Path) -> bool:
    """Whether the night before keeps the file, whole, and it has a second name now."""
    there = before.folder / FOLDER / name
    try:
        if sha256_of(there) != before.manifest["artefacts"].get(f"{FOLDER}/{name}"):
            return False
        os.link(there, to)
        return True
    except OSError:
        return False


def _kept(path: Path, digest: str, folder: Path, before: Run | None) -> str:
    """Keep a file; its name there. What the night before keeps of the same content is the same file on the disk."""
    packed = path.suffix != ".parquet"
    name = f"{digest}.zst" if packed else digest
    to = folder / name
    to.unlink(missing_ok=True)
    if before is not None and _linked(before, name, to):
        return name
    if not packed:  # in accepted/, where a file is replaced and never changed
        try:
            os.link(path, to)
        except OSError:
            shutil.copyfile(path, to)
        return name
    to.touch(mode=0o600)
    with path.open("rb") as file, pa.CompressedOutputStream(str(to), "zstd") as stream:
        for piece in _pieces(file):
            stream.write(piece)
    return name


def _barred(rejects: pa.Table) -> set[str]:
    """Deliveries that may not be kept, by their path in the site."""
    found = rejects.filter(pc.is_in(rejects["reason"], pa.array(NOT_KEPT)))
    told = zip(found["partner"].to_pylist(), found["file"].to_pylist(), strict=True)
    return {f"deliveries/{partner}/{file}" for partner, file in told}


def _copied(source: Path, path: Path, digest: str) -> bool:
    """Whether the file is there with these bytes, and is at `path` now."""
    made = hashlib.sha256()
    try:
        with _opened(source) as file, path.open("wb") as to:
            for piece in _pieces(file):
                made.update(piece)
                to.write(piece)
    except OSError:
        return False
    return made.hexdigest() == digest


def _opened(path: Path) -> Any:
    return pa.CompressedInputStream(str(path), "zstd") if path.suffix == ".zst" else path.open("rb")


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
