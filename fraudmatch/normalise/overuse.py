"""Values that stand on far too many rows of a delivery to say who is who.

A date of birth, telephone number or e-mail address that a system or a clerk enters where the real one
is not known looks like any other, but for how often it occurs. What counts are different names on the
rows, for one person may stand in a file many times.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.distinct import Codes, Mask, flat

#: A date of birth is overused from ten times the rows that other days of its year have (reliability
#: brief, case 111), and with at least so many different names on it.
TIMES_EXPECTED = 10
FEWEST_BIRTHS = 10
#: A telephone number or address is overused with at least so many different names, and from this share of
#: the filled rows on: a choice above what a home, a landlord or an agent comes to in a council's file.
CONTACT_SHARE = 0.001
FEWEST_CONTACTS = 25

Names = Callable[[], Codes]
_Numbers = npt.NDArray[np.float64]


def name_codes(table: pa.Table) -> Codes:
    """Per row a number for the name on it, the same for the same spelling; rows without one share -1."""
    names = [flat(table[name]) for name in ("surname", "full_name", "organisation_name")]
    codes = pc.utf8_upper(pc.coalesce(*names)).dictionary_encode().indices
    return np.asarray(pc.fill_null(codes, -1).to_numpy(zero_copy_only=False), np.int64)


def overused_births(days: Codes, filled: Mask, deliveries: Codes, names: Names) -> Mask:
    """Rows whose date of birth far too many names of their delivery have.

    Args:
        days: since 1 January 1970; any number where not filled.
        filled: rows that have a date.
        deliveries: per row a number for its delivery.
        names: gives `name_codes`; called only where a date is suspected.
    """
    rows = np.flatnonzero(filled)
    if len(rows) < FEWEST_BIRTHS:
        return np.zeros(len(days), np.bool_)
    first = int(days[rows].min())
    span = int(days[rows].max()) - first + 1
    keys = deliveries[rows] * span + (days[rows] - first)
    found, counts = np.unique(keys, return_counts=True)
    limits = np.maximum(
        TIMES_EXPECTED * _expected(found // span, found % span + first, counts), FEWEST_BIRTHS
    )
    return _with_names(len(days), rows, keys, found, counts, limits, names)


def overused_contacts(values: pa.Array, deliveries: Codes, names: Names) -> Mask:
    """Rows whose telephone number or e-mail address far too many names of their delivery have.

    Args:
        values: as compared; null where there is none.
        deliveries: per row a number for its delivery.
        names: gives `name_codes`; called only where a value is suspected.
    """
    encoded = values.dictionary_encode()
    codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    rows = np.flatnonzero(codes >= 0)
    if not len(rows) or np.bincount(codes[rows]).max() < FEWEST_CONTACTS:
        return np.zeros(len(values), np.bool_)
    size = len(encoded.dictionary)
    keys = deliveries[rows] * size + codes[rows]
    found, counts = np.unique(keys, return_counts=True)
    filled = np.bincount(deliveries[rows])[found // size]
    limits = np.maximum(CONTACT_SHARE * filled, FEWEST_CONTACTS)
    return _with_names(len(values), rows, keys, found, counts, limits, names)


def _expected(deliveries: Codes, days: Codes, counts: Codes) -> _Numbers:
    """For each date of each delivery, the mean of the other days of its year there."""
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    _, where = np.unique(deliveries * 10_000 + years, return_inverse=True)
    of_year = np.bincount(where.reshape(-1), weights=counts)[where.reshape(-1)]
    return np.asarray((of_year - counts) / 364, np.float64)


def _with_names(
    size: int, rows: Codes, keys: Codes, found: Codes, counts: Codes, limits: _Numbers, names: Names
) -> Mask:
    """Rows whose key has at least as many different names as its limit."""
    overused = np.zeros(size, np.bool_)
    suspected = counts >= limits
    if not suspected.any():
        return overused
    at = rows[np.isin(keys, found[suspected])]
    of_row = keys[np.isin(keys, found[suspected])]
    codes = names()[at]
    pairs = np.unique(np.stack([of_row, codes]), axis=1)
    wanted, named = np.unique(pairs[0], return_counts=True)
    enough = wanted[named >= limits[np.searchsorted(found, wanted)]]
    overused[at[np.isin(of_row, enough)]] = True
    return overused
