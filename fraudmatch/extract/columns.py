"""Which columns of a file feed which of our fields, and which are missing, doubled or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.headings import did_you_mean, folded, positions, printed
from fraudmatch.extract.mapping import FieldSource, Mapping


@dataclass(frozen=True)
class Wiring:
    """A mapping laid over the headings of one file.

    Attributes:
        fields: our field -> the columns (from 0) it reads: one, the joined ones, or day, month, year.
            A constant and an absent optional field have none.
        council: column that tells the council, or None.
        notes: columns that nothing names, and fields whose columns may be absent and are.
    """

    fields: dict[str, tuple[int, ...]]
    council: int | None
    notes: tuple[Fault, ...]

    @property
    def used(self) -> set[int]:
        """Every column that is read."""
        places = {place for feeding in self.fields.values() for place in feeding}
        return places | ({self.council} if self.council is not None else set())

    def feeds(self, width: int) -> tuple[tuple[str, ...], ...]:
        """For each of `width` columns the fields read from it, sorted; "council" for whose record a row is."""
        fields = {**self.fields, "council": () if self.council is None else (self.council,)}
        return tuple(
            tuple(sorted(name for name, places in fields.items() if place in places))
            for place in range(width)
        )


def wire(mapping: Mapping, headings: tuple[str, ...]) -> Wiring:
    """Find every column the mapping needs.

    Raises:
        Refused: COLUMN_NOT_AGREED; COLUMN_MISSING with the nearest heading, COLUMN_DUPLICATE, or, when there is a
            single column and several are wanted, DELIMITER_MISMATCH; all of them at once.
    """
    found = _Found(headings)
    fields = {name: found.columns_of(name, source) for name, source in mapping.fields.items()}
    council = found.one("", mapping.council.column) if mapping.council else None
    forbidden = list(_forbidden(mapping, headings))
    if forbidden:
        raise Refused(forbidden)
    if found.faults and len(headings) == 1 and mapping.file.format == "delimited":
        raise Refused([_wrong_delimiter(headings[0], mapping.file.delimiter)])
    if found.faults:
        raise Refused(found.faults)
    return Wiring(fields, council, (*_unmapped(mapping, headings), *_absent(mapping, fields)))


class _Found:
    """Looks columns up and remembers what was wrong."""

    def __init__(self, headings: tuple[str, ...]) -> None:
        self._headings = headings
        self._positions = positions(headings)
        self.faults: list[Fault] = []

    def columns_of(self, name: str, source: FieldSource) -> tuple[int, ...]:
        if source.column:
            wanted = next((h for h in source.column if folded(h) in self._positions), None)
            if wanted is None and source.optional:
                return ()
            place = self.one(name, wanted or source.column[0])
            return () if place is None else (place,)
        together = source.join or source.date_parts or ()
        if source.optional:
            together = tuple(h for h in together if folded(h) in self._positions)
            if source.date_parts and len(together) < 3:
                return ()
        places = [self.one(name, heading) for heading in together]
        return tuple(place for place in places if place is not None)

    def one(self, name: str, heading: str) -> int | None:
        """The column with a heading; a fault when there is none, or more than one."""
        places = self._positions.get(folded(heading), [])
        if len(places) == 1:
            return places[0]
        if places:
            detail = f"columns {', '.join(str(place + 1) for place in places)} have this heading"
            self.faults.append(Fault("COLUMN_DUPLICATE", column=heading, detail=detail, field=name or None))
        else:
            hint = did_you_mean(heading, self._headings) or f"The file has: {_listed(self._headings)}."
            self.faults.append(Fault("COLUMN_MISSING", column=heading, detail=hint, field=name or None))
        return None


def _listed(headings: tuple[str, ...]) -> str:
    shown = ", ".join(repr(heading.strip()) for heading in headings[:12])
    return shown + (f" and {len(headings) - 12} more" if len(headings) > 12 else "")


def _wrong_delimiter(header: str, declared: str) -> Fault:
    counts = {sign: header.count(sign) for sign in (",", ";", "|", "\t", "^", "~")}
    best = max(counts, key=lambda sign: counts[sign])
    seen = f"the header holds {counts[best]} of {best!r}" if counts[best] else "the header is one cell"
    return Fault("DELIMITER_MISMATCH", detail=f"declared {declared!r}, but {seen}")


def _forbidden(mapping: Mapping, headings: tuple[str, ...]) -> Iterator[Fault]:
    """Columns that must not come; what they hold is not looked at."""
    there = positions(headings)
    for heading in mapping.ignore.forbidden:
        if folded(heading) in there:
            yield Fault("COLUMN_NOT_AGREED", column=heading)


def _absent(mapping: Mapping, fields: dict[str, tuple[int, ...]]) -> Iterator[Fault]:
    """Fields that are read from columns, none of which is there."""
    for name, source in mapping.fields.items():
        if source.optional and source.headings and not fields[name]:
            yield Fault("COLUMN_ABSENT", column=source.headings[0], field=name)


def _unmapped(mapping: Mapping, headings: tuple[str, ...]) -> Iterator[Fault]:
    """Columns that no field, council or ignore list names."""
    named = [heading for source in mapping.fields.values() for heading in source.headings]
    named += [*mapping.ignore.columns, *([mapping.council.column] if mapping.council else [])]
    known = {folded(heading) for heading in named}
    known |= {folded(heading) for heading in headings[:1] if mapping.file.record_types}
    for heading, places in positions(headings).items():
        if heading not in known:
            for place in places:
                yield Fault(
                    "COLUMN_UNEXPECTED", column=printed(headings, place), detail=f"column {place + 1}"
                )
