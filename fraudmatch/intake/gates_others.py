"""What holds a delivery beside those of other partners: a file that came to the wrong folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.arrivals import FileFault
from fraudmatch.intake.delivered import Delivered, Gate, percent
from fraudmatch.intake.sampled import share_found, spread

#: Columns that tell whose rows they are: references are a partner's own, postcodes its area.
COMPARED = ("source_ref", "postcode")
#: Postcodes that must be somebody else's, those that may be one's own, and rows that must be the same.
_THEIRS, _OWN, _SAME = 0.8, 0.3, 0.5
_FEW = 20


def wrong_partner(one: Delivered) -> Iterator[FileFault]:
    """Another partner's records.

    Two signs: most rows have a reference and a postcode that stand together in another partner's extract; or
    most postcodes are those of another partner's extract and few those of the extract in use.
    """
    if one.again or not one.others:
        return
    codes, pairs = spread(one.received["postcode"]), spread(_pairs(one.received))
    own = share_found(codes, one.before.columns(["postcode"])["postcode"]) if one.before else None
    if own is not None and own > _OWN:
        return
    for partner in sorted(one.others):
        theirs = max(
            (_shares(codes, pairs, tables) for tables in _each(one.others[partner])), default=(0.0, 0.0)
        )
        of_area, of_rows = theirs
        if len(pairs) >= _FEW and of_rows >= _SAME:
            yield FileFault(
                "WRONG_PARTNER_SUSPECTED", f"{percent(of_rows)} of the rows are those of {partner}"
            )
        elif own is not None and len(codes) >= _FEW and of_area >= _THEIRS:
            detail = (
                f"{percent(of_area)} of the postcodes are in {partner}, {percent(own)} in the extract in use"
            )
            yield FileFault("WRONG_PARTNER_SUSPECTED", detail)


def _each(tables: Sequence[Callable[[], pa.Table]]) -> Iterator[pa.Table]:
    for table in tables:
        yield table()


def _shares(codes: pa.Array, pairs: pa.Array, table: pa.Table) -> tuple[float, float]:
    """The share of postcodes, and of references with their postcodes, that a table holds."""
    return share_found(codes, table["postcode"]), share_found(pairs, _pairs(table))


def _pairs(table: pa.Table) -> pa.ChunkedArray:
    """Reference and postcode as one text; null where either is."""
    return pc.binary_join_element_wise(table["source_ref"], table["postcode"], "\x1f")


GATES: tuple[Gate, ...] = (wrong_partner,)
