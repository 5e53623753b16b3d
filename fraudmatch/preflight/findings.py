"""What `fraudmatch check` says: files with their counts, and faults grouped into things to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from fraudmatch.reasons import FATAL, REASONS
from fraudmatch.schemas import UNUSED_STATES

#: How many source rows are named as examples.
FIRST_ROWS = 5

_GROUP = ("partner", "dataset", "file", "delivery", "disposition", "reason", "field", "column")


@dataclass(frozen=True)
class Finding:
    """Faults of one kind in one place.

    Attributes:
        delivery: SHA-256 of the file: one that stands in may have the name of one that came.
        rows: how many faults; 1 for a fault of the whole file or of a column.
        first_rows: the lowest source rows, at most five; empty for a fault of the whole file.
        detail: where all the faults have the same; null otherwise.
        meaning / remedy: in words, from the catalogue.
    """

    partner: str
    dataset: str | None
    file: str
    delivery: str
    reason: str
    disposition: str
    field: str | None
    column: str | None
    rows: int
    first_rows: tuple[int, ...]
    detail: str | None
    meaning: str
    remedy: str

    @property
    def fatal(self) -> bool:
        """Whether nothing of the row, or of the file, is loaded."""
        return self.disposition in FATAL


@dataclass(frozen=True)
class Preflight:
    """The outcome of a check.

    Attributes:
        files: DELIVERIES as dictionaries; those that would stand in for what is held or missing included.
        findings: file by file, rejections before warnings, the most frequent first.
        idle_mappings: mappings that fit no file.
        strays: lines of the lists of restricted records that fit no record of the deliveries, as `partner/restricted.csv, row 3`.
        as_at: the day as on which the gates were asked; null where none was given for a single file.
        beside_others: whether the gates that compare with earlier nights and other partners were asked, and the
            sharing records; they need a site.
    """

    files: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    idle_mappings: tuple[str, ...]
    as_at: dt.date | None = None
    beside_others: bool = True
    strays: tuple[str, ...] = ()

    @property
    def delivered(self) -> tuple[dict[str, Any], ...]:
        """The files that came, without those that stand in."""
        return tuple(file for file in self.files if file["state"] != "stands")

    @property
    def unused(self) -> int:
        """How many files a run would not use: refused, held or put off."""
        return sum(file["state"] in UNUSED_STATES for file in self.files)

    def as_json(self) -> dict[str, Any]:
        """One document for machines."""
        return {
            "files": list(self.files),
            "findings": [asdict(finding) for finding in self.findings],
            "mappings_without_files": list(self.idle_mappings),
            "restricted_without_record": list(self.strays),
            "not_used": self.unused,
            "as_at": self.as_at.isoformat() if self.as_at else None,
            "gates_asked": "all" if self.beside_others else "of the file alone",
        }


def findings(rejects: pa.Table) -> list[Finding]:
    """REJECTS grouped by file, reason, field and column."""
    grouped = rejects.group_by(list(_GROUP), use_threads=False).aggregate(
        [("source_row", "list"), ("detail", "list")]
    )
    found = [_finding(row) for row in grouped.to_pylist()]
    return sorted(found, key=_order)


def _finding(row: dict[str, Any]) -> Finding:
    reason = REASONS[row["reason"]]
    rows = sorted(number for number in row["source_row_list"] if number is not None)
    details = sorted({detail for detail in row["detail_list"] if detail is not None})
    return Finding(
        **{key: row[key] for key in _GROUP},
        rows=len(row["source_row_list"]),
        first_rows=tuple(rows[:FIRST_ROWS]),
        detail=details[0] if len(details) == 1 else None,
        meaning=reason.meaning,
        remedy=reason.remedy,
    )


def _order(finding: Finding) -> tuple[Any, ...]:
    place = (finding.partner, finding.dataset or "", finding.file, finding.delivery)
    return (
        *place,
        # What costs the whole file goes before what costs rows, and that before what costs a value.
        2 if finding.disposition not in FATAL else int(bool(finding.first_rows)),
        -finding.rows,
        finding.reason,
        finding.field or "",
        finding.column or "",
    )
