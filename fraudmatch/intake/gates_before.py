"""What holds a delivery beside the extract in use: rows, age, the same again, fields that changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.arrivals import FileFault
from fraudmatch.intake.delivered import Delivered, Gate, percent
from fraudmatch.intake.profile import FORMS
from fraudmatch.intake.sampled import share_found, spread

#: A delivery of fewer or more rows than these shares of the one accepted last is held.
FEWEST, MOST = 0.8, 2.0
#: How far the filled or valid share of a key field may fall, in points.
POINTS = 0.10
#: Fields that links and rules rest on; of other fields only going blank altogether is a sign.
KEY_FIELDS = frozenset({
    "forename", "surname", "full_name", "date_of_birth", "organisation_name", "uprn", "address", "postcode", *FORMS,
})  # fmt: skip
#: A field filled in this share of rows is missed when it is blank altogether.
_MISSED = 0.05
#: Values a share is worked out of, at least.
_FEW = 20
#: Amounts a hundred times those before are 6.6 doublings apart; six to eight are taken for it.
_HUNDRED = range(6, 9)


def volume(one: Delivered) -> Iterator[FileFault]:
    """Far fewer or far more rows than were accepted last; rows of the very file that came back corrected are as
    many as they are.
    """
    if one.before is None or (one.again and one.mended):
        return
    rows, usual = one.profile["rows"], one.before.profile["rows"]
    if not usual:
        return
    detail = f"{rows:,} rows, where {usual:,} were accepted on {one.before.as_at}"
    if rows < FEWEST * usual:
        yield FileFault("VOLUME_LOW", detail)
    elif rows > MOST * usual:
        yield FileFault("VOLUME_HIGH", detail)


def older(one: Delivered) -> Iterator[FileFault]:
    """An extract of an earlier day than the one in use."""
    if one.before is not None and one.made is not None and one.made < one.before.made:
        detail = f"data of {one.made.isoformat()}, where those in use are of {one.before.made.isoformat()}"
        yield FileFault("EXTRACT_OLDER", detail)


def stale(one: Delivered) -> Iterator[FileFault]:
    """Other bytes, the very same records: in another order, encoding or format.

    Only a delivery whose figures all equal those before is compared row by row.
    """
    if one.before is None or one.again or one.profile != one.before.profile or not one.profile["rows"]:
        return
    now, then = (
        table.drop_columns(["delivery", "source_row"]) for table in (one.received, one.before.received())
    )
    same = now.equals(then)
    # Rows come in the order of their references; where one has several, these may have changed places.
    if not same and one.profile["fields"]["source_ref"]["distinct"] < one.profile["rows"]:
        same = _sorted(now).equals(_sorted(then))
    if same:
        yield FileFault("STALE_CONTENT", f"the same {one.profile['rows']:,} records as on {one.before.as_at}")


def _sorted(rows: pa.Table) -> pa.Table:
    """The rows in an order of their own."""
    told = [name for name in rows.column_names if rows[name].null_count < rows.num_rows]
    return rows.sort_by([(name, "ascending") for name in told]).combine_chunks()


def fill_and_validity(one: Delivered) -> Iterator[FileFault]:
    """A field that went blank, or holds other things than it did."""
    if one.before is None:
        return
    rows, then = one.profile["rows"], one.before.profile["rows"]
    if min(rows, then) < _FEW:
        return
    for name, was in one.before.profile["fields"].items():
        now = one.profile["fields"].get(name, {"filled": 0, "unreadable": 0, "distinct": 0})
        there, once = (now["filled"] + now["unreadable"]) / rows, (was["filled"] + was["unreadable"]) / then
        detail = f"{name}: filled in {percent(once)} of the rows before, in {percent(there)} now"
        if there < once - POINTS if name in KEY_FIELDS else once >= _MISSED and not there:
            yield FileFault("FILL_RATE_COLLAPSED", detail)
        elif there:
            yield from _validity(name, was, now)


def _validity(name: str, was: dict[str, Any], now: dict[str, Any]) -> Iterator[FileFault]:
    """Filled cells that can be what the field is called: by their form, or by being readable at all."""

    def share(told: dict[str, Any]) -> float:
        good = int(told.get("valid", told["filled"]))
        return good / max(int(told["filled"]) + int(told["unreadable"]), 1)

    if share(now) < share(was) - POINTS and was["filled"] >= _FEW:
        detail = f"{name}: {percent(share(was))} of the values fitted before, {percent(share(now))} do now"
        yield FileFault("COLUMN_CONTENT_CHANGED", detail)


def key_format(one: Delivered) -> Iterator[FileFault]:
    """The references of before, written otherwise: what was decided about them would come off."""
    if one.before is None or one.again:
        return
    now = spread(one.received["source_ref"])
    if len(now) < _FEW:
        return
    known = one.before.columns(["source_ref"])["source_ref"]
    same = share_found(now, known)
    if same >= 0.5:
        return
    alike = share_found(pc.unique(_bare(now)), _bare(known))
    if alike >= 0.5 and alike > same + 0.3:
        detail = (
            f"{percent(same)} of the references are in use as written, {percent(alike)} written otherwise"
        )
        yield FileFault("KEY_FORMAT_CHANGED", detail)


def _bare(refs: pa.ChunkedArray) -> pa.ChunkedArray:
    """References without case, punctuation, leading zeros and a trailing .0."""
    plain = pc.replace_substring_regex(pc.utf8_upper(refs), r"\.0+$", "")
    return pc.replace_substring_regex(
        pc.replace_substring_regex(plain, r"[^A-Z0-9]", ""), r"^([A-Z]*)0+", r"\1"
    )


def unit(one: Delivered) -> Iterator[FileFault]:
    """Amounts a hundred times those before, or a hundredth: pence for pounds."""
    if one.before is None:
        return
    for name, now in one.profile["fields"].items():
        was = one.before.profile["fields"].get(name, {})
        if not name.endswith("_pence") or min(now["filled"], was.get("filled", 0)) < _FEW:
            continue
        before, after = was.get("doublings"), now.get("doublings")
        if before is None or after is None:
            continue
        if abs(after - before) in _HUNDRED:
            times = "a hundred times" if after > before else "a hundredth of"
            yield FileFault("UNIT_CHANGED", f"{name}: the median is about {times} that before")


GATES: tuple[Gate, ...] = (volume, older, stale, fill_and_validity, key_format, unit)
