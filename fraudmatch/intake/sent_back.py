"""Rows that go back to the partner that sent them: as they came, as far as they are agreed to be shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile
from fraudmatch.corrections import OURS, SHORT
from fraudmatch.intake.mended import Mended, Place, places_of, records_set_aside
from fraudmatch.intake.register import Register

_OURS = frozenset(name.casefold() for name in OURS)
_ORDER = ("partner", "file", "delivery", "record")


def to_send_back(slot: str, mains: Iterable[ExtractedFile], mended: Mended, register: Register) -> pa.Table:
    """SENT_BACK of one slot: what is still to be corrected, as it was written last.

    Args:
        mains: the delivery, used or held. Of one that stands only what came back tonight, and is wrong again, is
            known.
        mended: what corrected rows did to it.
    """
    rows: dict[Place, dict[str, Any]] = {}
    origins: dict[str, dict[str, Any]] = {}
    for file in mains:
        row, wanted = file.row, set(records_set_aside(file))
        origins[row["delivery"][:SHORT]] = row
        for told in _rows(slot, file, register):
            if told["source_row"] in wanted:
                rows[row["delivery"][:SHORT], told["source_row"]] = told | {"record": told["source_row"]}
    for file in mended.used:
        places = places_of(file)
        for told in _rows(slot, file, register):
            place = places.get(told["source_row"])
            if place is not None and place[0] in origins:
                origin = origins[place[0]]
                whose = {"file": origin["file"], "delivery": origin["delivery"], "record": place[1]}
                rows[place] = told | whose
    left = [row for place, row in rows.items() if place not in mended.taken]
    left.sort(key=lambda row: tuple(row[name] for name in _ORDER))
    return pa.Table.from_pylist(left, schema=schemas.SENT_BACK)


@dataclass(frozen=True)
class _Shown:
    """Which columns of a file go back: their places, those whose cells do, and whether that is all of it."""

    places: tuple[int, ...]
    filled: frozenset[int]
    whole: bool


def _rows(slot: str, file: ExtractedFile, register: Register) -> list[dict[str, Any]]:
    """Rows of SENT_BACK of what one file could not give, but for `record`."""
    if file.quarantined is None:
        return []
    row, shown = file.row, _shown(file, register)
    origin = {"partner": row["partner"], "slot": slot, "file": row["file"], "delivery": row["delivery"]}
    origin |= {"found_in": row["delivery"], "headings": [file.headings[place] for place in shown.places]}
    made = []
    for told in file.quarantined.to_pylist():
        cells, line = told["cells"], None
        if cells is not None:
            cells = [(cells[place] or "") if place in shown.filled else "" for place in shown.places]
        elif shown.whole:
            line = told["raw"]
        made.append(origin | {"source_row": told["source_row"], "cells": cells, "line": line})
    return made


def _shown(file: ExtractedFile, register: Register) -> _Shown:
    """What of a file may lie in a report.

    A partner without a sharing record gets back all it sent. One that keeps a record gets back the columns that
    are read, those of fields that are not agreed without their cells; and no line that was not cut into cells,
    unless every column is agreed: what is not agreed is never kept.
    """
    own = tuple(place for place, name in enumerate(file.headings) if name.strip().casefold() not in _OURS)
    if not register.asks(file.row["partner"]):
        return _Shown(own, frozenset(own), True)
    record = register.of(file.row["partner"], str(file.dataset))
    agreed = {*(record.fields if record else ()), "council"}
    read = tuple(place for place in own if file.feeds[place])
    filled = frozenset(place for place in read if agreed.intersection(file.feeds[place]))
    return _Shown(read, filled, len(filled) == len(own))
