"""Finding two records by what a reader calls them, and saying what is known about them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import ConfigurationError
from fraudmatch.reasons import REASONS
from fraudmatch.report.layout import fitted

#: Field of a partner's file -> the columns of RECORDS it fills, where they are called otherwise.
_FILLS: Mapping[str, tuple[str, ...]] = {
    "forename": ("forename", "middle_names"),
    "middle_name": ("middle_names",),
    "full_name": ("forename", "middle_names", "surname"),
    "organisation_name": ("organisation_name", "organisation_core"),
    "uprn": ("uprn", "property_id"),
    "sort_code": ("bank",),
    "account": ("bank",),
}

#: A record in words, as far as its table has these columns.
_IN_WORDS = ("name_as_written", "address_as_written")


def notes_of(records: pa.Table, rejects: pa.Table, rows: Sequence[int]) -> dict[int, dict[str, str]]:
    """Row -> column -> why its value is missing, from the faults found in the files.

    Args:
        records: with delivery, source_row and party. rejects: REJECTS. rows: the rows wanted.
    """
    found: dict[int, dict[str, str]] = {}
    if not {"delivery", "source_row", "party"} <= {*records.column_names}:
        return found
    for row, origin in zip(rows, _origins(records, rows), strict=True):
        mine = pc.and_(
            pc.equal(rejects["delivery"], origin["delivery"]),
            pc.equal(rejects["source_row"], origin["source_row"]),
        )
        for fault in rejects.filter(pc.fill_null(mine, False)).to_pylist():
            prefix = "second_" if origin["party"] == 2 else ""
            name = fault["field"] or ""
            if name.startswith("second_") == bool(prefix):
                field = name.removeprefix("second_")
                for column in _FILLS.get(field, (field,)):
                    found.setdefault(row, {})[column] = _meaning(fault["reason"])
    return found


def _origins(records: pa.Table, rows: Sequence[int]) -> list[dict[str, object]]:
    wanted = records.select(["delivery", "source_row", "party"]).take(pa.array(rows, pa.int64()))
    origins: list[dict[str, object]] = wanted.to_pylist()
    return origins


def _meaning(reason: str) -> str:
    """ "The date stands for not known." -> "the date stands for not known"."""
    text = REASONS[reason].meaning.removesuffix(".") if reason in REASONS else reason
    return "t" + text[1:] if text.startswith("The ") else text


def in_words(records: pa.Table, row: int, name: str) -> str:
    """How a reader knows a record: its name (reference), then name and address as written."""
    shown = [column for column in _IN_WORDS if column in records.column_names]
    held = [records[column][row].as_py() for column in shown]
    party = records["party"][row].as_py() if "party" in records.column_names else 1
    second = " (second party)" if party == 2 else ""
    return " · ".join([name + second, *(fitted(text, 60) for text in held if text)])


def only_row(where: np.ndarray, wanted: str, names: Iterable[str], what: str) -> int:
    """The one row found.

    Args:
        where: rows that fit. wanted: what was asked for. names: what could have been asked for.
        what: where was looked, for the message.

    Raises:
        ConfigurationError: none fits, or several do.
    """
    if len(where) == 1:
        return int(where[0])
    if len(where):
        raise ConfigurationError(
            f"{len(where)} records of {what} are called {wanted!r}.",
            remedy="For the second party of a joint row add #2 to the reference.",
        )
    near = difflib.get_close_matches(wanted, sorted({*names}), n=3)
    hint = f"Near it: {', '.join(near)}." if near else "References are those of the files that were linked."
    raise ConfigurationError(f"{what} has no record called {wanted!r}.", remedy=hint)


def split_party(text: str) -> tuple[str, int | None]:
    """ "CT12#2" -> ("CT12", 2); without a suffix the party is None."""
    head, sign, tail = text.rpartition("#")
    return (head, int(tail)) if sign and tail in ("1", "2") else (text, None)
