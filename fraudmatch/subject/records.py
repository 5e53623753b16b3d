"""The records of a person as they came and as they are kept, without those who share a row with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.datasets import DATASETS, MATCH_ONLY
from fraudmatch.subject.tables import NightOnDisk, one_of

#: Printed instead of a value.
NOT_PRINTED = "held, not printed (used to match only)"
ANOTHER = "another person, not printed"

_SECOND = "second_"
#: What of a row speaks of the first party, and of the second under `second_…`.
_OF_A_PARTY = ("title", "forename", "middle_name", "surname", "full_name", "date_of_birth", "nino")
#: Fields that may name somebody else whatever the row is.
_OF_OTHERS = frozenset({"landlord"})
_ADDRESSES = frozenset({"address", "correspondence_address"})
_NAME_PARTS = frozenset({"title", "forename", "middle_name", "surname", "full_name"})
#: Signs that a name or address has more than one person in it.
_SEVERAL = ("&", "+", "/", ";", " and ", "c/o", "care of")
#: Columns of RECORDS and DETAILS that say where a row stands or are told elsewhere.
_PLACE = frozenset({"record_id", "partner", "dataset", "source_ref", "party", "delivery", "source_row"})


@dataclass(frozen=True)
class Origin:
    """Where a record came from: a row of a delivery, and which of its parties it is."""

    record_id: int
    partner: str
    dataset: str
    source_ref: str
    party: int
    delivery: str
    source_row: int

    @property
    def reference(self) -> str:
        """As records are named everywhere: partner:data_set:reference, #2 for a second party."""
        return f"{self.partner}:{self.dataset}:{self.source_ref}" + ("#2" if self.party == 2 else "")

    @property
    def row(self) -> tuple[str, str, int]:
        """The row of a delivery: partner, delivery, number."""
        return self.partner, self.delivery, self.source_row


def origins_of(night: NightOnDisk, ids: Sequence[int]) -> list[Origin]:
    """Where records came from, by record id."""
    wanted = one_of("record_id", ids, pa.uint32())
    told = night.rows(
        "records", wanted, ("record_id", "partner", "dataset", "source_ref", "party")
    ).to_pylist()
    rows = {row["record_id"]: row for row in night.rows("origins", wanted).to_pylist()}
    return [
        Origin(**one, **{k: rows[one["record_id"]][k] for k in ("delivery", "source_row")}) for one in told
    ]


def normalised(night: NightOnDisk, origins: Sequence[Origin]) -> dict[int, dict[str, Any]]:
    """Record id -> the record as it is kept and compared, with the details of its data set; blanks left out."""
    ids = [one.record_id for one in origins]
    found = {
        row["record_id"]: row
        for row in night.rows("records", one_of("record_id", ids, pa.uint32())).to_pylist()
    }
    for dataset in sorted({one.dataset for one in origins}):
        inside = [one.record_id for one in origins if one.dataset == dataset]
        if night.has(f"details_{dataset}"):
            rows = night.rows(f"details_{dataset}", one_of("record_id", inside, pa.uint32()))
            for row in rows.to_pylist():
                found[row["record_id"]] |= row
    told = {}
    for one in origins:
        # The whole name and the kind of number of a row stand in the record of either party.
        hidden = {"nino_kind"} if one.party == 2 else set()
        told[one.record_id] = {
            name: _shown(name, value)
            for name, value in found[one.record_id].items()
            if name not in _PLACE | hidden and value is not None
        }
    return told


def without_others(told: dict[str, Any], *, joint: bool) -> dict[str, Any]:
    """A normalised record without the names that its row has of somebody else."""
    care_of = told.get("address_as_written") == ANOTHER
    return {
        name: ANOTHER
        if (name == "name_as_written" and (joint or _several(value))) or (name == "building" and care_of)
        else value
        for name, value in told.items()
    }


def as_written(row: dict[str, Any], *, party: int, joint: bool) -> dict[str, Any]:
    """A row as it was received, with what speaks of another party masked; blanks left out.

    Args:
        party: which party of the row the person is. joint: the row names two persons.
    """
    apart = any(row.get(_SECOND + name) for name in ("forename", "surname", "full_name"))
    told = {}
    for name, value in row.items():
        if value is None or name in _PLACE:
            continue
        second = name.startswith(_SECOND)
        part = name.removeprefix(_SECOND)
        others = part in _OF_A_PARTY and second != (party == 2)
        mixed = part in _NAME_PARTS and ((joint and not apart) or _several(value))
        told[name] = ANOTHER if others or mixed or name in _OF_OTHERS else _shown(name, value)
    return told


def received_rows(
    accepted: Path, origins: Sequence[Origin]
) -> dict[tuple[str, str, int], tuple[dict[str, Any], list[str]]]:
    """Rows of deliveries that intake still keeps -> (the row as received, the kept files it stands in).

    Args:
        accepted: the folder accepted/ of a site; need not exist.
    """
    found: dict[tuple[str, str, int], tuple[dict[str, Any], list[str]]] = {}
    wanted = {one.row for one in origins}
    where = one_of("source_ref", {one.source_ref for one in origins}, pa.string())
    for path in sorted(accepted.glob("*/*/*.parquet")):
        # Only the reference is read of a file that has nothing of the person.
        if not pq.read_table(path, columns=["source_ref"], filters=where).num_rows:
            continue
        for row in pq.read_table(path, filters=where).to_pylist():
            key = (row["partner"], row["delivery"], row["source_row"])
            if key in wanted:
                found.setdefault(key, (row, []))[1].append(path.relative_to(accepted).as_posix())
    return found


def joint_rows(night: NightOnDisk, origins: Sequence[Origin]) -> set[tuple[str, str, str]]:
    """(partner, data set, reference) of those whose rows name a second party."""
    where = one_of("source_ref", {one.source_ref for one in origins}, pa.string()) & (pc.field("party") == 2)
    rows = night.rows("records", where, ("partner", "dataset", "source_ref")).to_pylist()
    return {(row["partner"], row["dataset"], row["source_ref"]) for row in rows}


def restriction_of(dataset: str) -> str:
    """What the law says of passing rows of a data set on; empty where nothing of its own."""
    return DATASETS[dataset].restriction


def _several(value: object) -> bool:
    return isinstance(value, str) and any(sign in value.casefold() for sign in _SEVERAL)


def _shown(name: str, value: Any) -> Any:
    if name.removeprefix(_SECOND) in MATCH_ONLY:
        return NOT_PRINTED
    if name in _OF_OTHERS or (name == "correspondence_address" and _several(value)):
        return ANOTHER
    if name in _ADDRESSES | {"address_as_written"} and _care_of(value):
        return ANOTHER
    return value.isoformat() if hasattr(value, "isoformat") else value


def _care_of(value: object) -> bool:
    return isinstance(value, str) and ("c/o" in value.casefold() or "care of" in value.casefold())
