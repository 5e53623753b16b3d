"""Short views of what a file gave, for assertions."""

from __future__ import annotations

from typing import Any

from fraudmatch.extract import ExtractedFile


def brief(file: ExtractedFile) -> list[tuple[Any, ...]]:
    """Rejects as (reason, source_row, field, column)."""
    return [
        (row["reason"], row["source_row"], row["field"], row["column"]) for row in file.rejects.to_pylist()
    ]


def counts(file: ExtractedFile) -> tuple[Any, ...]:
    """Received, loaded, rejected, skipped, state."""
    row = file.delivery.to_pylist()[0]
    return tuple(row[name] for name in ("received", "loaded", "rejected", "skipped", "state"))
