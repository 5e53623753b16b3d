"""What a disk holds when the power goes: writes are recorded on their way to it, and every moment is played back.

Until a file is synced, each of its writes may have reached the disk or not, in any order, the last one in part. The
name of a new file is on the disk with its first sync, as SQLite syncs the folder then.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

_SECTOR = 512

#: (what, file name, offset or size or number of acknowledged acts, bytes)
Act = tuple[str, str, int, bytes]


class Recorder(apsw.VFS):
    """The file system of SQLite with a memory of what it was told to do."""

    def __init__(self, name: str) -> None:
        self.name, self.acts = name, list[Act]()
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> RecordedFile:
        return RecordedFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.acts.append(("delete", Path(filename).name, 0, b""))
        super().xDelete(filename, syncdir)

    def acknowledged(self, number: int) -> None:
        """Note that so many acts have been acknowledged by now."""
        self.acts.append(("ack", "", number, b""))


class RecordedFile(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        told = name.filename() if hasattr(name, "filename") else name
        self._recorder, self._name = recorder, Path(told).name if told else ""
        super().__init__("", name, flags)

    def _note(self, what: str, number: int = 0, content: bytes = b"") -> None:
        self._recorder.acts.append((what, self._name, number, content))

    def xWrite(self, data: bytes, offset: int) -> None:
        self._note("write", offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._note("truncate", newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._note("sync")


@dataclass
class Disk:
    """What is on the disk for good, by file name, and what is on its way."""

    held: dict[str, bytes]
    coming: dict[str, list[Act]] = field(default_factory=dict)
    acknowledged: int = 0

    def after(self, act: Act) -> None:
        """Take an act into account."""
        what, name, number, _ = act
        if what == "ack":
            self.acknowledged = number
        elif what == "sync":
            self.held[name] = played(self.held.get(name, b""), self.coming.pop(name, []))
        elif what == "delete":
            self.coming.pop(name, None)
            self.held.pop(name, None)
        else:
            self.coming.setdefault(name, []).append(act)

    def images(self, chance: random.Random, how_many: int) -> Iterator[dict[str, bytes]]:
        """What may be found after the power went now: nothing of what was coming, all of it, and parts."""
        yield dict(self.held)
        for number in range(how_many if self.coming else 0):
            image = dict(self.held)
            for name, acts in self.coming.items():
                some = acts if not number else [act for act in acts if chance.random() < 0.6]
                if number and some and some[-1][0] == "write":
                    some = [*some[:-1], torn(some[-1], chance)]
                if some or name in image:
                    image[name] = played(image.get(name, b""), some)
            yield image


def torn(act: Act, chance: random.Random) -> Act:
    """A write of which only the first sectors came."""
    what, name, offset, content = act
    return what, name, offset, content[: _SECTOR * chance.randint(0, len(content) // _SECTOR)]


def played(content: bytes, acts: list[Act]) -> bytes:
    """A file after these acts."""
    made = bytearray(content)
    for what, _, number, written in acts:
        if what == "truncate":
            made = made[:number]
        elif written:
            made.extend(b"\0" * (number - len(made)))
            made[number : number + len(written)] = written
    return bytes(made)
