"""What a delivery looks like, in figures that hold no value of anybody: the gates compare them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile


def profile_of(file: ExtractedFile) -> dict[str, Any]:
    """Rows of a loaded delivery, and of every field that is filled at all: how often, how many values."""
    received = file.received
    fields = {}
    for field in schemas.DATASETS[str(file.dataset)].fields:
        column = received[field.name]
        filled = len(column) - column.null_count
        if filled:
            fields[field.name] = {"filled": filled, "distinct": _distinct(column)}
    return {"rows": received.num_rows, "fields": fields}


def _distinct(column: pa.ChunkedArray) -> int:
    return int(pc.count_distinct(column, mode="only_valid").as_py())
