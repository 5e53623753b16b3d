"""Writing files so that they are there whole or not at all, also after a power cut."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

#: How often a file that another program holds open is tried again, and after how long (Windows).
_ATTEMPTS, _PAUSE = 10, 0.2
#: Files synced at a time.
_AT_ONCE = 8


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; their names are on the disk when this returns."""
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        sync_folder(each.parent)


def synced(file: IO[Any]) -> None:
    """All that was written to an open file is on the disk when this returns."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk when this returns; does nothing where folders cannot be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def temporary_beside(path: Path) -> Iterator[Path]:
    """A name in the folder of `path` to write to first; what is left under it is removed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def move_into_place(draft: Path, path: Path) -> None:
    """Give a file that was synced its name, in place of what bore it; the name is on the disk when this returns."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            draft.replace(path)
            break
        except PermissionError:
            if not left or os.name == "posix":
                raise
            time.sleep(_PAUSE)
    sync_folder(path.parent)


def rename_folder(folder: Path, to: Path) -> None:
    """Give a folder another name, which nothing bears; the name is on the disk when this returns."""
    folder.rename(to)
    sync_folder(to.parent)
    if folder.parent != to.parent:
        sync_folder(folder.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text file (UTF-8, line feeds) in place of the one that bore the name."""
    with temporary_beside(path) as draft:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            synced(file)
        move_into_place(draft, path)


def sync_files(paths: Iterable[Path]) -> None:
    """All these files, and their names in their folders, are on the disk when this returns.

    Several at a time: a disk takes many small files at once sooner than one after the other.
    """
    paths = list(paths)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_sync_file, paths))
        list(pool.map(sync_folder, sorted({path.parent for path in paths})))


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:  # Windows syncs only what is open for writing
        os.fsync(file.fileno())
