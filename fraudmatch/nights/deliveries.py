"""What came and what was held of it, and what of the extracts looks otherwise than before, in figures and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fraudmatch.nights.gather import NightRead
from fraudmatch.report.deliveries import DeliveryNote, delivery_notes
from fraudmatch.report.delivery_profile import POINTS, per_cent, share
from fraudmatch.report.words import dataset_title, field_heading, long_date
from fraudmatch.schemas import UNUSED_STATES

#: Rows of a data set that have to come or go, and their share in per cent, before a change is one to look at.
ROWS, SHARE = 20, 5.0
#: Different values of a field before their number is worth comparing, and how many times more or fewer are told.
DISTINCT, TIMES = 20, 2

#: State of a data set of which the other night had records and this one has no delivery.
NOTHING = "nothing came"
#: State, in words, of bytes that came before; nothing is taken from them.
KNOWN = "known already"
_USED = ("loaded", "stands")


@dataclass(frozen=True)
class DeliveryLine:
    """The files of one data set of a partner that are used, or of those that are not, the ones in one state.

    Attributes:
        state: in words. received: = loaded + rejected. used: rows used tonight; null where none are to be.
        used_before: the same of the other night; null where there is none. why: of what was held.
        to_look_at: whether it is not as usual.
    """

    partner: str
    dataset: str
    files: tuple[str, ...]
    state: str
    received: int
    loaded: int
    rejected: int
    used: int | None
    used_before: int | None
    why: tuple[str, ...]
    remedies: tuple[str, ...]
    to_look_at: bool

    @property
    def change(self) -> int | None:
        """Rows used more than in the other night; null where either has none to compare."""
        return None if self.used is None or self.used_before is None else self.used - self.used_before


@dataclass(frozen=True)
class Moved:
    """What of one extract looks otherwise than in the extract that was in use before, accepted on `since`.

    Attributes:
        used: whether it is in use tonight.
    """

    partner: str
    dataset: str
    since: str
    used: bool
    told: tuple[str, ...]


def delivery_lines(tonight: NightRead, before: NightRead | None) -> tuple[DeliveryLine, ...]:
    """Every delivery by partner, data set and state; what only the other night had comes as a line of its own."""
    then = None if before is None else used_rows(before)
    rows = tonight.deliveries.to_pylist()
    noted = zip(rows, delivery_notes(tonight.deliveries, tonight.rejects), strict=True)
    ordered = sorted(noted, key=lambda each: (_slot(each[0]), _rank(each[1].state), each[0]["file"]))
    lines = [
        _line(slot, list(each), then)
        for (slot, _), each in groupby(
            ordered, key=lambda each: (_slot(each[0]), each[1].used or each[1].state)
        )
    ]
    known = {_slot(row) for row in rows if row["state"] in (*_USED, *UNUSED_STATES)}
    lines += [_lacking(slot, count) for slot, count in (then or {}).items() if slot not in known]
    return tuple(sorted(lines, key=lambda line: (line.partner, line.dataset)))


def used_rows(night: NightRead) -> dict[tuple[str, str], int]:
    """Partner and data set -> rows that a night uses."""
    found: dict[tuple[str, str], int] = {}
    for row in night.deliveries.to_pylist():
        if row["state"] in _USED:
            found[_slot(row)] = found.get(_slot(row), 0) + row["loaded"]
    return found


def _slot(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["partner"], row["dataset"] or ""


def _rank(state: str) -> int:
    """What is used stands first, then what waits for somebody."""
    order = (*_USED, *UNUSED_STATES)
    return order.index(state) if state in order else len(order)


def _line(
    slot: tuple[str, str],
    told: Sequence[tuple[Mapping[str, Any], DeliveryNote]],
    then: Mapping[tuple[str, str], int] | None,
) -> DeliveryLine:
    notes = [note for _, note in told]
    sums = {name: sum(row[name] for row, _ in told) for name in ("received", "loaded", "rejected")}
    used = sums["loaded"] if notes[0].used else None
    before = then.get(slot) if then is not None and used is not None else None
    why = tuple(dict.fromkeys(sentence for note in notes for sentence in note.why))
    unusual = used is None or _many(used, before) or (then is not None and before is None)
    unusual = unusual or any(note.state == "stands" for note in notes)
    return DeliveryLine(
        slot[0], dataset_title(slot[1] or None), tuple(note.file for note in notes),
        "; ".join(dict.fromkeys(note.in_words for note in notes)), **sums, used=used, used_before=before, why=why,
        remedies=tuple(dict.fromkeys(mend for note in notes for mend in note.remedies)),
        to_look_at=bool(unusual and notes[0].state != "repeated") or bool(why),
    )  # fmt: skip


def _lacking(slot: tuple[str, str], before: int) -> DeliveryLine:
    return DeliveryLine(
        slot[0], dataset_title(slot[1] or None), (), NOTHING, 0, 0, 0, 0, before, (), (), True
    )


def _many(now: int | None, then: int | None) -> bool:
    """Whether rows came or went in numbers that are worth a look."""
    if now is None or then is None:
        return False
    return abs(now - then) >= ROWS and abs(now - then) * 100 >= SHARE * then


def profile_changes(night: NightRead) -> tuple[Moved, ...]:
    """Extracts of which a field is filled, sound or varied otherwise than in the extract before, by partner and mapping."""
    rows = sorted(night.profiles.to_pylist(), key=lambda row: (row["partner"], row["slot"], row["position"]))
    used = {row["delivery"] for row in night.deliveries.to_pylist() if row["state"] in _USED}
    found = []
    for _, each in groupby(rows, key=lambda row: (row["partner"], row["slot"])):
        fields = [row for row in each if row["then_rows"] is not None]
        told = tuple(sentence for row in fields for sentence in _otherwise(row))
        if told:
            first = fields[0]
            since = long_date(first["then_on"]) if first["then_on"] else "before"
            in_use = not used.isdisjoint(first["deliveries"])
            found.append(Moved(first["partner"], dataset_title(first["dataset"]), since, in_use, told))
    return tuple(found)


def _otherwise(row: Mapping[str, Any]) -> Iterable[str]:
    """What of a field moved, in sentences; no value of it."""
    name = field_heading(row["field"])
    there, then_there = (row[f"{when}filled"] + row[f"{when}unreadable"] for when in ("", "then_"))
    for words, now, then in (
        ("filled in", share(there, row["rows"]), share(then_there, row["then_rows"])),
        ("readable and in the right form", share(_sound(row, ""), there), share(_sound(row, "then_"), then_there)),
    ):  # fmt: skip
        if now is not None and then is not None and abs(now - then) >= POINTS:
            yield f"{name}: {words} {per_cent(now)} (was {per_cent(then)})"
    if _varied(row):
        yield f"{name}: {row['distinct']:,} different values (was {row['then_distinct']:,})"


def _varied(row: Mapping[str, Any]) -> bool:
    """Whether a field has many more or far fewer different values, and not only because there are more or fewer rows."""
    now, then = row["distinct"], row["then_distinct"]
    filled, then_filled = row["filled"] or 1, row["then_filled"] or 1
    more = now >= TIMES * then and now * then_filled >= TIMES * then * filled
    fewer = then >= TIMES * now and then * filled >= TIMES * now * then_filled
    return bool(max(now, then) >= DISTINCT and (more or fewer))


def _sound(row: Mapping[str, Any], when: str) -> int:
    """Cells that could be read and have the form of their kind; a rare forename is no fault."""
    valid = row[f"{when}valid"]
    return int(row[f"{when}filled"] if valid is None or row["field"] == "forename" else valid)
