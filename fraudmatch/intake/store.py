"""What was accepted, kept until something newer is: accepted/<partner>/<slot>/<night>.parquet and .json.

A slot is one mapping of one partner. Two nights are kept of each: tonight is compared with the night
before, also when tonight is run again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile
from fraudmatch.errors import RunError

#: Nights kept of a slot.
NIGHTS = 2


@dataclass(frozen=True)
class Accepted:
    """One accepted delivery.

    Attributes:
        partner / slot: whose, by which mapping.
        as_at: the night that accepted it.
        delivery: its row of DELIVERIES as a dictionary.
        profile: see `profile.profile_of`.
        path: its RECEIVED, as Parquet.
    """

    partner: str
    slot: str
    as_at: dt.date
    delivery: dict[str, Any]
    headings: tuple[str, ...]
    profile: dict[str, Any]
    path: Path

    @property
    def dataset(self) -> str:
        """Its data set."""
        return str(self.delivery["dataset"])

    def received(self) -> pa.Table:
        """RECEIVED of the delivery.

        Raises:
            RunError: the file was changed since it was kept.
        """
        note = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))
        if not self.path.is_file() or _sha256(self.path) != note["sha256"]:
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
        earlier = [path for path in (root / partner / slot).glob("*.json") if path.stem < night.isoformat()]
        if earlier:
            found[partner, slot] = _read(max(earlier, key=lambda path: path.stem), partner, slot)
    return found


def _read(path: Path, partner: str, slot: str) -> Accepted:
    note = json.loads(path.read_text(encoding="utf-8"))
    return Accepted(
        partner, slot, dt.date.fromisoformat(path.stem), note["delivery"], tuple(note["headings"]),
        note["profile"], path.with_suffix(".parquet"),
    )  # fmt: skip


def keep(root: Path, night: dt.date, accepted: Iterable[tuple[ExtractedFile, dict[str, Any]]]) -> None:
    """Keep what tonight accepted, data before note, and let go of nights that are no longer needed.

    Args:
        root: the folder accepted/ of a site.
        accepted: files with their profiles.
    """
    for file, profile in accepted:
        row = file.delivery.to_pylist()[0]
        folder = root / row["partner"] / str(file.slot)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{night.isoformat()}.parquet"
        pq.write_table(file.received, path, compression="zstd")
        note = {
            "delivery": {name: value for name, value in row.items() if name != "accepted_on"},
            "headings": list(file.headings),
            "profile": profile,
            "sha256": _sha256(path),
        }
        text = json.dumps(note, indent=1, sort_keys=True, ensure_ascii=False)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8", newline="\n")
        for old in sorted(folder.glob("*.json"), reverse=True)[NIGHTS:]:
            old.unlink()
            old.with_suffix(".parquet").unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
