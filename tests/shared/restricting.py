"""People of the sample put on the lists of their councils, and what of them could be read."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

from fraudmatch.kept import Kept
from fraudmatch.restricted import LIST_FILE

#: Columns of RECORDS whose values name or place somebody.
TELLING = ("source_ref", "name_as_written", "address_as_written", "nino", "account_number", "phone", "email")


def write_list(root: Path, partner: str, records: list[tuple[str, str]]) -> None:
    """The list of a partner: (data set, reference) of each record."""
    with (root / "partners" / partner / LIST_FILE).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("data_set", "reference"), *records])


def plant(root: Path, night: Kept, most: int) -> list[dict[str, Any]]:
    """Put one record of each of many flags of a night on the list of its partner; the records, each with its `flag_key`.

    No two of them are linked as one person, and both sides are taken in turn.
    """
    rows = night.prepared.records.to_pylist()
    persons = night.groups["person_id"].to_pylist()
    chosen: list[dict[str, Any]] = []
    used: set[int | None] = {None}
    for flag in night.flags.to_pylist():
        sides = (flag["left_id"], flag["right_id"])
        if flag["right_id"] is None or {persons[one] for one in sides} & used:
            continue
        used |= {persons[one] for one in sides}
        chosen.append(rows[sides[len(chosen) % 2]] | {"flag_key": flag["flag_key"]})
        if len(chosen) == most:
            break
    of: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for record in chosen:
        of[record["partner"]].append((record["dataset"], record["source_ref"]))
    for partner, records in of.items():
        write_list(root, partner, records)
    return chosen


def values_alone(night: Kept) -> set[str]:
    """What could be read of the restricted records of a night and of no other record.

    Args:
        night: read back with the lists in force.
    """
    found: tuple[set[str], set[str]] = (set(), set())
    columns = [name for name in TELLING if name in night.prepared.records.column_names]
    rows = night.prepared.records.select(columns).to_pylist()
    for row, restricted in zip(rows, night.restricted.tolist(), strict=True):
        found[restricted].update(value for value in row.values() if value)
    others = "\n".join(sorted(found[False]))  # "2 Mill Lane" stands in "12 Mill Lane" too
    return {value for value in found[True] if len(value) >= 6 and value not in others}
