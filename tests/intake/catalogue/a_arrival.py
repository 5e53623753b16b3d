"""A. Arrival and identity: cases 1 to 20."""

from __future__ import annotations

from cases import OWN, Case, Expected, Tried, csv_of, rows


def _stands(one: Tried) -> None:
    """The delivery of the night before is used, with its date."""
    (standing,) = [d for d in one.prepared.deliveries.to_pylist() if d["state"] == "stands"]
    assert (standing["partner"], standing["accepted_on"].isoformat()) == (OWN, "2026-02-28")
    assert one.prepared.records.num_rows == standing["loaded"] > 0


CASES = [
    Case(1, "empty file", lambda: b"", Expected("refused", {"FILE_EMPTY": 1}, counts=(0, 0, 0, 0))),
    Case(1, "empty file after a good night", lambda: b"", Expected("refused", {"FILE_EMPTY": 1}),
         before=lambda: csv_of(rows(10)), also=_stands),
    Case(2, "header only", lambda: csv_of([]), Expected("held", {"FILE_NO_ROWS": 1}, counts=(0, 0, 0, 1))),
    Case(11, "a fifth of the rows missing", lambda: csv_of(rows(79)),
         Expected("held", {"VOLUME_LOW": 1}, counts=(79, 0, 79, 1)), before=lambda: csv_of(rows(100)), also=_stands),
    Case(11, "just enough rows", lambda: csv_of(rows(80)), Expected("loaded", {}, counts=(80, 80, 0, 1)),
         before=lambda: csv_of(rows(100))),
    Case(11, "more than twice the rows", lambda: csv_of(rows(21)), Expected("held", {"VOLUME_HIGH": 1}),
         before=lambda: csv_of(rows(10)), also=_stands),
]  # fmt: skip
