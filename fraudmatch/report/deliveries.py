"""What became of every delivery, in words: used, held and why, stood in for, and of which day its data are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.reasons import REASONS, Disposition
from fraudmatch.report.words import counted, dataset_title, long_date

#: Faults of a file that was used, which a reader of tonight's reports has to know.
_TOLD = ("EXTRACT_STALE", "FIELD_NOT_AGREED", "SHARING_REVIEW_DUE", "RECORDS_SEEN_ONCE")
_GRAVE = (Disposition.HOLD, Disposition.REJECT, Disposition.DEFER)


@dataclass(frozen=True)
class DeliveryNote:
    """One delivered file, or one that stands in.

    Attributes:
        state: see schemas.DELIVERIES. in_words: the same for people.
        data_of: the day its data are of: what the extract says, else the night that accepted it first;
            null where nothing of it is used.
        why: what was found of the whole file, in sentences without values; none where all is well.
        remedies: what can be done about it; none where a person decided already.
        known: whether its bytes came on an earlier night.
    """

    partner: str
    dataset_title: str
    file: str
    delivery: str
    state: str
    in_words: str
    data_of: dt.date | None
    why: tuple[str, ...]
    remedies: tuple[str, ...]
    known: bool = False

    @property
    def used(self) -> bool:
        """Whether its rows are among tonight's records."""
        return self.state in ("loaded", "stands")


def data_of(extracted_on: dt.date | None, accepted_on: dt.date | None) -> dt.date | None:
    """The day the data of a used delivery are of."""
    return (extracted_on or accepted_on) if accepted_on else None


def state_in_words(state: str, made: dt.date | None, known: bool = False) -> str:
    """The state of a delivery as printed; `known`: its bytes came on an earlier night."""
    if state == "loaded" and known:
        return "loaded (unchanged)"
    if state == "stands" and made:
        return f"stands (data of {long_date(made)})"
    return {"deferred": "put off", "repeated": "known already"}.get(state, state)


def delivery_notes(deliveries: pa.Table, rejects: pa.Table) -> tuple[DeliveryNote, ...]:
    """DELIVERIES in words, in their order, each with the faults of the whole file in REJECTS."""
    faults: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for fault in rejects.filter(pc.is_null(rejects["source_row"])).to_pylist():
        faults.setdefault((fault["partner"], fault["file"], fault["delivery"]), []).append(fault)
    return tuple(
        _note(row, faults.get((row["partner"], row["file"], row["delivery"]), []))
        for row in deliveries.to_pylist()
    )


def _note(row: dict[str, Any], faults: list[dict[str, str]]) -> DeliveryNote:
    found = [fault for fault in faults if _to_tell(fault, row)]
    made = data_of(row["extracted_on"], row["accepted_on"])
    mends = [REASONS[fault["reason"]].remedy for fault in found if not _let_in(fault, row)]
    known = any(fault["reason"] == "DUPLICATE_DELIVERY" for fault in faults)
    return DeliveryNote(
        row["partner"], dataset_title(row["dataset"]), row["file"], row["delivery"], row["state"],
        state_in_words(row["state"], made, known), made, tuple(map(_sentence, found)), tuple(dict.fromkeys(mends)), known,
    )  # fmt: skip


def _let_in(fault: dict[str, str], row: dict[str, Any]) -> bool:
    """Whether a person released what this fault would have held."""
    usual = REASONS[fault["reason"]].disposition
    return row["state"] == "loaded" and usual in _GRAVE and fault["disposition"] == Disposition.FLAG


def _to_tell(fault: dict[str, str], row: dict[str, Any]) -> bool:
    if row["state"] in ("loaded", "stands"):
        return _let_in(fault, row) or fault["reason"] in _TOLD
    return fault["disposition"] in _GRAVE or fault["reason"] == "DUPLICATE_DELIVERY"


def _sentence(fault: dict[str, str]) -> str:
    meaning = REASONS[fault["reason"]].meaning
    if not fault["detail"]:
        return meaning
    place = f"{fault['field']}: " if fault["reason"] == "FIELD_NOT_AGREED" else ""
    return f"{meaning.removesuffix('.')} ({place}{fault['detail']})."


def oldest_in_words(notes: Sequence[DeliveryNote], night: dt.date) -> str:
    """How old the data are that were used, in one sentence; "" where all are of the night."""
    days = [note.data_of for note in notes if note.used and note.data_of]
    oldest = min(days, default=night)
    if oldest >= night:
        return ""
    which = [f"{note.partner} {note.dataset_title}" for note in notes if note.used and note.data_of == oldest]
    more = f" and {len(which) - 1:,} more" if len(which) > 1 else ""
    age = counted((night - oldest).days, "day")
    return f"The oldest data in use are of {long_date(oldest)}, {age} before: {which[0]}{more}."
