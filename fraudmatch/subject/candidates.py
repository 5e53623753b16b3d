"""Who could be meant: person groups of a night with a record that fits what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.subject.asked import Asked
from fraudmatch.subject.tables import NightOnDisk, one_of

_COLUMNS = (
    "record_id", "partner", "dataset", "source_ref", "party", "name_as_written", "forename", "surname",
    "date_of_birth", "nino", "postcode", "correspondence_postcode",
)  # fmt: skip
_IDS = pa.uint32()


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be meant.

    Attributes:
        ids: record ids, rising: all that the night takes for one person, whether or not each fits.
        fits: what of the question the best record fits, for example ("name", "born").
        partners: partner -> how many of the records it supplied.
        names: as records write the person, most frequent first, three at most. born: dates of birth, rising.
        fitting: how many of the records fit by themselves; the others were joined to these by links.
    """

    ids: tuple[int, ...]
    fits: tuple[str, ...]
    partners: dict[str, int]
    names: tuple[str, ...]
    born: tuple[str, ...]
    fitting: int


def candidates(night: NightOnDisk, asked: Asked, partner: str | None = None) -> list[Candidate]:
    """Who could be meant, best fit first: most things fit, then most records, then the smallest record id.

    A record fits by a reference, by the National Insurance number, or by two of name, date of birth and
    postcode. Its person group comes with it; a record that is in none stands alone.

    Args:
        partner: names, dates of birth and counts are told of its records alone, and who has none is left out.
    """
    fitting = {row["record_id"]: fits for row in _near(night, asked) if (fits := fits_of(row, asked))}
    enough = {record: fits for record, fits in fitting.items() if _enough(fits)}
    if not enough:
        return []
    groups = _groups(night, enough)
    every = [record for ids in groups for record in ids]
    rows = night.rows("records", one_of("record_id", every, _IDS), _COLUMNS).to_pylist()
    by_id = {row["record_id"]: row for row in rows}
    found = [_candidate([by_id[record] for record in ids], enough, partner) for ids in groups]
    found = [one for one in found if one.partners]
    return sorted(found, key=lambda one: (-len(one.fits), -len(one.ids), one.ids[0]))


def fits_of(row: dict[str, Any], asked: Asked) -> tuple[str, ...]:
    """What of the question a record fits, in a fixed order; initials fit forenames."""
    told = []
    if (row["partner"], row["dataset"], row["source_ref"]) in asked.references:
        told.append("reference")
    if asked.nino and row["nino"] == asked.nino:
        told.append("nino")
    if (
        asked.name
        and row["surname"] == asked.name.surname
        and _same_forename(row["forename"], asked.name.forename)
    ):
        told.append("name")
    if asked.born and row["date_of_birth"] == asked.born:
        told.append("born")
    if asked.postcode and asked.postcode in (row["postcode"], row["correspondence_postcode"]):
        told.append("postcode")
    return tuple(told)


def _enough(fits: tuple[str, ...]) -> bool:
    return "reference" in fits or "nino" in fits or len(fits) >= 2


def _same_forename(written: str | None, asked: str | None) -> bool:
    if written is None or asked is None:
        return False
    short, long = sorted((written, asked), key=len)
    return short == long or (len(short) == 1 and long.startswith(short))


def _near(night: NightOnDisk, asked: Asked) -> list[dict[str, Any]]:
    """Records that one thing asked fits; the rest is looked at in Python."""
    wanted = []
    if asked.references:
        wanted.append(one_of("source_ref", {ref for _, _, ref in asked.references}, pa.string()))
    if asked.nino:
        wanted.append(pc.field("nino") == asked.nino)
    surname = asked.name.surname if asked.name else None
    named = pc.field("surname") == surname
    lives = (pc.field("postcode") == asked.postcode) | (pc.field("correspondence_postcode") == asked.postcode)
    if surname and asked.born:
        wanted.append(named & (pc.field("date_of_birth") == asked.born))
    if surname and asked.postcode:
        wanted.append(named & lives)
    if asked.born and asked.postcode:
        wanted.append((pc.field("date_of_birth") == asked.born) & lives)
    either = wanted[0]
    for one in wanted[1:]:
        either = either | one
    rows: list[dict[str, Any]] = night.rows("records", either, _COLUMNS).to_pylist()
    return rows


def _groups(night: NightOnDisk, records: Iterable[int]) -> list[list[int]]:
    """The person groups that records are in, each once; a record without one alone."""
    mine = night.rows("groups", one_of("record_id", records, _IDS), ("record_id", "person_id")).to_pylist()
    people = {row["person_id"] for row in mine} - {None}
    found: dict[int, list[int]] = {person: [] for person in people}
    if people:
        inside = night.rows("groups", one_of("person_id", people, _IDS), ("record_id", "person_id"))
        for row in inside.to_pylist():
            found[row["person_id"]].append(row["record_id"])
    alone = [[row["record_id"]] for row in mine if row["person_id"] is None]
    return [sorted(ids) for ids in [*found.values(), *alone]]


def _candidate(
    rows: list[dict[str, Any]], fitting: dict[int, tuple[str, ...]], partner: str | None
) -> Candidate:
    fits = [fitting[row["record_id"]] for row in rows if row["record_id"] in fitting]
    told = [row for row in rows if partner in (None, row["partner"])]
    names = Counter(row["name_as_written"] for row in told if row["name_as_written"])
    return Candidate(
        ids=tuple(row["record_id"] for row in rows),
        fits=max(fits, key=lambda each: (len(each), each)),
        partners=dict(sorted(Counter(row["partner"] for row in told).items())),
        names=tuple(name for name, _ in sorted(names.items(), key=lambda one: (-one[1], one[0]))[:3]),
        born=tuple(sorted({row["date_of_birth"].isoformat() for row in told if row["date_of_birth"]})),
        fitting=len(fits),
    )
