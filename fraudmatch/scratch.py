"""A hidden folder to work in, removed afterwards; what a program that was killed left of one is removed by the next."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fraudmatch.errors import BusyError
from fraudmatch.locking import locked

_PREFIX, _LOCK = ".scratch-", ".lock"
#: One that has no lock yet may be in the making for so many seconds.
_IN_THE_MAKING = 600


@contextlib.contextmanager
def scratch_folder(place: Path) -> Iterator[Path]:
    """A hidden folder inside `place` that only its owner may look into; removed with all that is in it."""
    _tidy(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    try:
        with locked(folder / _LOCK, ""):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(place: Path) -> None:
    """Remove the folders of programs that are gone: nobody holds their lock."""
    for folder in sorted(place.glob(f"{_PREFIX}*")):
        # A lock does not show to the process that holds it.
        if folder.name.startswith(f"{_PREFIX}{os.getpid()}-") or not folder.is_dir() or folder.is_symlink():
            continue
        with contextlib.suppress(BusyError, OSError):
            if not (folder / _LOCK).exists() and time.time() - folder.stat().st_mtime < _IN_THE_MAKING:
                continue
            with locked(folder / _LOCK, ""):
                pass
            shutil.rmtree(folder)
