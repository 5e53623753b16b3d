"""What a worker found, handed to the parent: tables as Arrow files, the rest as JSON; checked on arrival.

The worker has read hostile bytes, so the parent believes nothing it says: schemas, every value of every
table, whose rows they are and how many are held against what was asked for.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Collection
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import CORRECTS, DateOrder, ExtractedFile
from fraudmatch.extract.quarantine import QUARANTINED

#: What the mapping declares of a file the parent knows itself.
_FIELDS = tuple(field for field in fields(ExtractedFile) if field.name != "declared")


class Untrue(Exception):
    """What was handed over is not what a worker in its right mind hands over."""


def hand_over(file: ExtractedFile, folder: Path, name: str) -> dict[str, Any]:
    """Write the tables of a file as <name>.<attribute>.arrow; the rest, and which tables there are."""
    told: dict[str, Any] = {"tables": []}
    for field in _FIELDS:
        value = getattr(file, field.name)
        if not isinstance(value, pa.Table):
            told[field.name] = [asdict(one) for one in value] if field.name == "date_orders" else value
            continue
        told["tables"].append(field.name)
        # An unbuffered file of the system: pyarrow writes each column in one piece.
        with (
            pa.OSFile(str(_path(folder, name, field.name)), "wb") as sink,
            pa.ipc.new_file(sink, value.schema) as out,
        ):
            out.write_table(value)
    return told


def taken_over(
    told: Any, folder: Path, name: str, *, partner: str, file_name: str, dataset: str, partner_ids: Collection[str]
) -> ExtractedFile:  # fmt: skip
    """The file as handed over; its tables lie in memory as the system maps them.

    Args:
        partner / file_name / dataset: what was asked to be read.
        partner_ids: whose rows there may be.

    Raises:
        Untrue: something of it cannot be so.
    """
    try:
        read: dict[str, Any] = {
            field.name: _table(_path(folder, name, field.name))
            if field.name in told["tables"]
            else _plain(told[field.name])
            for field in _FIELDS
        }
        read["feeds"] = tuple(tuple(fields_of) for fields_of in read["feeds"])
        read["date_orders"] = tuple(DateOrder(**one) for one in read["date_orders"])
        file = ExtractedFile(**read)
        _hold(file, partner, file_name, dataset, partner_ids)
    except (KeyError, TypeError, ValueError, OSError, pa.ArrowException, AttributeError) as error:
        raise Untrue(type(error).__name__) from error
    return file


def _path(folder: Path, name: str, table: str) -> Path:
    return folder / f"{name}.{table}.arrow"


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _table(path: Path) -> pa.Table:
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    table = pa.ipc.open_file(pa.py_buffer(mapped)).read_all()
    table.validate(full=True)
    if hasattr(mmap, "MADV_DONTNEED"):
        # Every page was looked at. Many are not asked for again: columns that hold nothing, above all.
        mapped.madvise(mmap.MADV_DONTNEED)
    if os.name == "posix":  # the mapping keeps the bytes; elsewhere the folder is removed in the end
        path.unlink()
    return table


def _hold(
    file: ExtractedFile, partner: str, file_name: str, dataset: str, partner_ids: Collection[str]
) -> None:
    """Raise unless the file speaks of what was asked, in the form every stage relies on."""
    row = file.delivery.to_pylist()
    sound = (
        file.dataset == dataset
        and file.received.schema.equals(schemas.received_schema(dataset))
        and file.rejects.schema.equals(schemas.REJECTS)
        and file.delivery.schema.equals(schemas.DELIVERIES)
        and len(row) == 1
        and (row[0]["partner"], row[0]["file"], row[0]["dataset"]) == (partner, file_name, dataset)
        and row[0]["loaded"] == file.received.num_rows
        and row[0]["received"] == row[0]["loaded"] + row[0]["rejected"]
        and set(pc.unique(file.received["partner"]).to_pylist()) <= set(partner_ids)
        and set(pc.unique(file.rejects["partner"]).to_pylist()) <= {partner}
        and all(isinstance(heading, str) for heading in file.headings)
        and (file.quarantined is None or file.quarantined.schema.equals(QUARANTINED))
        and (file.corrects is None or file.corrects.schema.equals(CORRECTS))
        and all(isinstance(field, str) for fields_of in file.feeds for field in fields_of)
        and all(isinstance(order.impossible, int) for order in file.date_orders)
    )
    if not sound:
        raise ValueError
