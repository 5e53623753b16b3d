"""Payments put together: the lines of one document, and documents that recur at a steady pace."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, combined, days
from fraudmatch.scoring.views import SideView

#: Gaps of a series differ from their median by at most this part of it: months of 28 to 31 days
#: and quarters of 90 to 92 pass, a second payment between two of them does not.
STEADY = 0.2

#: Two documents of one amount are a coincidence or a duplicate; from three on there is a pace.
SHORTEST_SERIES = 3


def _dates(side: SideView, *names: str) -> np.ndarray:
    """The first known of these dates as days since 1970, from when payments are kept; -1 where none is known."""
    return days(pc.coalesce(*(side.column(name) for name in names)), -1)


def document_of(side: SideView) -> np.ndarray:
    """Which document each payment is a line of: int64 codes, never unknown.

    Lines are of one document when partner, creditor, cleaned invoice number, invoice date and
    payment date agree. The payment date stands in for a missing invoice date; it belongs to the
    key, because an invoice keyed again in a later payment run is no further line of the first.
    A payment without creditor, invoice number or any date is a document of its own.
    """
    paid = _dates(side, "payment_date") + 1  # 0 = not known, which agrees with itself
    parts = [codes(side.column(name)) for name in ("partner", "creditor_ref", "invoice_ref_clean")]
    key = combined([*parts, _dates(side, "invoice_date", "payment_date"), paid])
    alone = key < 0
    key[alone] = key.max(initial=0) + 1 + np.arange(alone.sum())
    return np.unique(key, return_inverse=True)[1].reshape(-1)


def _summed(document: np.ndarray, pence: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Sum per document, and whether the amount of one of its lines is unknown."""
    number = document.max(initial=-1) + 1
    # In whole numbers: a sum of floats would depend on the order of the lines.
    total, gaps = np.zeros(number, dtype=np.int64), np.zeros(number, dtype=bool)
    np.add.at(total, document, np.asarray(pc.fill_null(pence, 0), dtype=np.int64))
    gaps[document[np.asarray(pc.is_null(pence))]] = True
    return total, gaps


def _sum_of_lines(side: SideView, name: str) -> pa.Array:
    document = side.night.document
    total, gaps = _summed(document, side.column(name))
    return pa.array(total[document], mask=gaps[document])


def document_gross_pence(side: SideView) -> pa.Array:
    """Gross of all lines of the payment's document; null where that of one line is unknown."""
    return _sum_of_lines(side, "gross_pence")


def document_vat_pence(side: SideView) -> pa.Array:
    """VAT of all lines of the payment's document; null where that of one line is unknown."""
    return _sum_of_lines(side, "vat_pence")


def document_lines(side: SideView) -> pa.Array:
    """How many payments make up the payment's document, itself included; never null."""
    document = side.night.document
    return pa.array(np.bincount(document, minlength=1)[document], pa.int64())


def series_length(side: SideView) -> pa.Array:
    """Documents of equal gross of this partner and creditor, when they recur at a steady pace.

    0 when there are fewer than three, when a gap between two neighbours differs from the median
    gap by more than a fifth (a document too many, or one left out, breaks the whole series), and
    for credits. Null where creditor, gross or date is not known.
    """
    document = side.night.document
    total, gaps = _summed(document, side.column("gross_pence"))
    gross, day = total[document], _dates(side, "invoice_date", "payment_date")
    creditor = combined([codes(side.column("partner")), codes(side.column("creditor_ref"))])
    unknown = (creditor < 0) | (day < 0) | gaps[document]
    _, first = np.unique(document, return_index=True)
    first = first[~unknown[first] & (gross[first] > 0)]
    found = np.zeros(len(total), dtype=np.int64)
    found[document[first]] = _steady(creditor[first], gross[first], day[first])
    return pa.array(found[document], mask=unknown)


def _steady(creditor: np.ndarray, gross: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Per document the length of its series of equal creditor and gross, 0 where there is none."""
    size = len(day)
    answer = np.zeros(size, dtype=np.int64)
    if not size:
        return answer
    order = np.lexsort((day, gross, creditor))
    same = (np.diff(creditor[order]) == 0) & (np.diff(gross[order]) == 0)
    begins = np.flatnonzero(np.concatenate(([True], ~same)))
    length = np.diff(np.append(begins, size))
    series = np.repeat(np.arange(len(begins)), length)
    gap, of = np.diff(day[order])[same], series[1:][same]
    typical = _medians(gap, of, length - 1)
    uneven = np.zeros(len(begins), dtype=bool)
    uneven[of[(np.abs(gap - typical[of]) > STEADY * typical[of]) | (gap == 0)]] = True
    answer[order] = np.where((length >= SHORTEST_SERIES) & ~uneven, length, 0)[series]
    return answer


def _medians(gap: np.ndarray, of: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Median gap of each series; 0 where it has none. `of` ascends, `number` counts its gaps."""
    if not len(gap):
        return np.zeros(len(number))
    ordered = gap[np.lexsort((gap, of))]
    begins = np.cumsum(number) - number
    last = len(ordered) - 1
    low = np.minimum(begins + np.maximum(number - 1, 0) // 2, last)
    high = np.minimum(begins + number // 2, last)
    return np.where(number > 0, (ordered[low] + ordered[high]) / 2, 0.0)
