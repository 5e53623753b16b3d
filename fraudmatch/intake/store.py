"""What was accepted, kept until something newer is: accepted/<partner>/<slot>/<night>.parquet and .json.

A slot is one mapping of one partner. Two nights are kept of each: tonight is compared with the night
before, also when tonight is run again. The note beside the rows holds figures, headings and digests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch import schemas
from fraudmatch.durable import make_folder, move_into_place
from fraudmatch.errors import RunError

#: Nights kept of a slot.
NIGHTS = 2
#: Digests of earlier deliveries that are remembered, so that an old file is known again.
REMEMBERED = 60


@dataclass(frozen=True)
class Corrected:
    """The rows of a file of corrected rows that are in use.

    Attributes:
        since: the night that accepted the file first; null when that is tonight.
        rows: the beginning of the digest of the delivery, the record that was set aside, and the row that stands for it.
    """

    since: dt.date | None
    rows: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class ToKeep:
    """A delivery that was accepted tonight.

    Attributes:
        deliveries: its rows of DELIVERIES as dictionaries, one for each part.
        since: the night on which these very bytes were accepted first.
        earlier: digest of a file accepted before -> the night that accepted it first.
        corrected: digest of a file of corrected rows among `deliveries` -> its rows.
        set_aside: digest of each other file -> its records that were set aside, and may come back corrected.
    """

    partner: str
    slot: str
    received: pa.Table
    deliveries: Sequence[dict[str, Any]]
    headings: tuple[str, ...]
    profile: dict[str, Any]
    since: dt.date
    earlier: dict[str, dt.date]
    corrected: Mapping[str, Corrected] = field(default_factory=dict)
    set_aside: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Accepted:
    """One accepted delivery.

    Attributes:
        partner / slot: whose, by which mapping.
        as_at: the night that accepted it last. since: the night that accepted these bytes first.
        deliveries: its rows of DELIVERIES as dictionaries, one for each part.
        profile: see `profile.profile_of`.
        earlier: digest of a file that came before it -> the night that accepted that one first.
        corrected / set_aside: see `ToKeep`.
        path: its RECEIVED, as Parquet. older: that of the night before it; null when none is kept.
    """

    partner: str
    slot: str
    as_at: dt.date
    since: dt.date
    deliveries: tuple[dict[str, Any], ...]
    headings: tuple[str, ...]
    profile: dict[str, Any]
    earlier: dict[str, dt.date]
    path: Path
    older: Path | None = None
    corrected: Mapping[str, Corrected] = field(default_factory=dict)
    set_aside: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def dataset(self) -> str:
        """Its data set."""
        return str(self.deliveries[0]["dataset"])

    @property
    def digests(self) -> frozenset[str]:
        """The files it came in, corrected rows left out."""
        return frozenset(str(row["delivery"]) for row in self.deliveries) - self.corrected.keys()

    @property
    def made(self) -> dt.date:
        """The day its data are of: what the extract says, else the night that accepted it first."""
        told = [row["extracted_on"] for row in self.deliveries if row["extracted_on"]]
        return min(told, default=self.since)

    @property
    def sound(self) -> bool:
        """Whether the rows are as they were kept."""
        note = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))
        return self.path.is_file() and bool(_sha256(self.path) == note["sha256"])

    def columns(self, names: Sequence[str]) -> pa.Table:
        """A few columns of RECEIVED, to compare with; see `received` for all of them, checked."""
        return pq.read_table(self.path, columns=list(names))

    def older_references(self) -> pa.ChunkedArray:
        """References of the extract that was in use before this one; none when it is not kept."""
        if self.older is None:
            return pa.chunked_array([], pa.string())
        return pq.read_table(self.older, columns=["source_ref"])["source_ref"]

    def received(self) -> pa.Table:
        """RECEIVED of the delivery.

        Raises:
            RunError: the file was changed since it was kept.
        """
        if not self.sound:
            raise RunError(
                f"What was accepted from {self.partner} on {self.as_at} ({self.slot}) is no longer as it was kept.",
                remedy="Restore accepted/ from a backup, or remove the two files and deliver the extract again.",
            )
        table = pq.read_table(self.path, memory_map=True)
        return schemas.conform(table, schemas.received_schema(self.dataset), what=f"accepted {self.slot}")


def accepted_before(
    root: Path, night: dt.date, slots: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Accepted]:
    """(partner, slot) -> what the latest night before `night` accepted; absent where there was none.

    Args:
        root: the folder accepted/ of a site; need not exist.
        slots: those to look for; others (their mapping is gone) are left alone.
    """
    found = {}
    for partner, slot in sorted(slots):
        notes = sorted((root / partner / slot).glob("*.json"), key=lambda path: path.stem)
        earlier = [path for path in notes if path.stem < night.isoformat()]
        if earlier:
            older = earlier[-2].with_suffix(".parquet") if len(earlier) > 1 else None
            found[partner, slot] = _read(earlier[-1], partner, slot, older)
    return found


def _read(path: Path, partner: str, slot: str, older: Path | None) -> Accepted:
    note = json.loads(path.read_text(encoding="utf-8"))
    days = ("extracted_on",)
    deliveries = tuple(row | {day: _day(row.get(day)) for day in days} for row in note["deliveries"])
    earlier = {digest: dt.date.fromisoformat(day) for digest, day in note["earlier"].items()}
    return Accepted(
        partner, slot, dt.date.fromisoformat(path.stem), dt.date.fromisoformat(note["since"]), deliveries,
        tuple(note["headings"]), note["profile"], earlier, path.with_suffix(".parquet"), older,
        {digest: _corrected(told) for digest, told in note.get("corrected", {}).items()}, note.get("set_aside", {}),
    )  # fmt: skip


def _corrected(told: dict[str, Any]) -> Corrected:
    return Corrected(_day(told["since"]), tuple((row[0], row[1], row[2]) for row in told["rows"]))


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def keep(root: Path, night: dt.date, accepted: Iterable[ToKeep]) -> None:
    """Keep what tonight accepted, data before note, and let go of nights that are no longer needed.

    Args:
        root: the folder accepted/ of a site.
    """
    drafts = root / ".drafts"
    draft(drafts, night, accepted)
    keep_drafts(drafts, root, night)
    shutil.rmtree(drafts, ignore_errors=True)


def draft(folder: Path, night: dt.date, accepted: Iterable[ToKeep]) -> list[Path]:
    """Write what tonight accepted as it is to be kept; the files: <partner>/<slot>.parquet and .json below `folder`."""
    written = []
    for one in accepted:
        (folder / one.partner).mkdir(parents=True, exist_ok=True)
        path = folder / one.partner / f"{one.slot}.parquet"
        pq.write_table(one.received, path, compression="zstd")
        note = path.with_suffix(".json")
        text = json.dumps(
            _note(one, night, _sha256(path)), indent=1, sort_keys=True, ensure_ascii=False, default=str
        )
        note.write_text(text + "\n", encoding="utf-8", newline="\n")
        written += [path, note]
    return written


def drafted(folder: Path) -> dict[tuple[str, str], tuple[str, Path]]:
    """(partner, slot) -> (data set, RECEIVED as Parquet) of drafts, whole ones all."""
    found = {}
    for note in sorted(folder.glob("*/*.json")):
        dataset = json.loads(note.read_text(encoding="utf-8"))["deliveries"][0]["dataset"]
        found[note.parent.name, note.stem] = (str(dataset), note.with_suffix(".parquet"))
    return found


def keep_drafts(
    folder: Path, root: Path, night: dt.date, half_way: Callable[[], None] = lambda: None
) -> None:
    """Move drafts to where they are kept, data before note; can be repeated after it was cut short.

    Args:
        half_way: called once, when some are moved and others may not be.
    """
    for place, note in enumerate(sorted(folder.glob("*/*.json"))):
        if place == 1:
            half_way()
        kept = root / note.parent.name / note.stem
        make_folder(kept)
        path = kept / f"{night.isoformat()}.parquet"
        if note.with_suffix(".parquet").is_file():
            move_into_place(note.with_suffix(".parquet"), path)
        move_into_place(note, path.with_suffix(".json"))
        for old in sorted(kept.glob("*.json"), reverse=True)[NIGHTS:]:
            old.unlink()
            old.with_suffix(".parquet").unlink(missing_ok=True)


def _note(one: ToKeep, night: dt.date, sha256: str) -> dict[str, Any]:
    """What is written beside the rows: figures, headings and digests."""
    remembered = sorted(one.earlier.items(), key=lambda known: (known[1], known[0]))[-REMEMBERED:]
    note: dict[str, Any] = {
        "deliveries": [{k: v for k, v in row.items() if k != "accepted_on"} for row in one.deliveries],
        "headings": list(one.headings),
        "profile": one.profile,
        "since": one.since,
        "earlier": dict(remembered),
        "sha256": sha256,
    }
    if one.corrected:
        note["corrected"] = {
            digest: {"since": rows.since or night, "rows": rows.rows}
            for digest, rows in one.corrected.items()
        }
    if one.set_aside:
        note["set_aside"] = one.set_aside
    return note


def forget(root: Path, partner: str, slot: str) -> int:
    """Remove all that is kept of a slot; how many nights there were."""
    notes = sorted((root / partner / slot).glob("*.json"))
    for note in notes:
        note.with_suffix(".parquet").unlink(missing_ok=True)
        note.unlink()
    return len(notes)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
