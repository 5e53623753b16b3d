"""Rows that came back corrected: they join the delivery they were set aside from, and nothing else.

A file of corrected rows names, in every row, a delivery and a record of it. It is used while that delivery is in
use, tonight's or one that stands; each of its rows takes the place of one that was set aside. So it can be as
small as it likes: no gate compares it with anything, and no row that was loaded is touched by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile, FileFault
from fraudmatch.corrections import SHORT
from fraudmatch.intake.store import Corrected
from fraudmatch.reasons import Disposition

#: What is said of a file of corrected rows whose delivery is not in use.
UNMATCHED = FileFault(
    "CORRECTION_UNMATCHED", "no row of it belongs to the delivery in use", Disposition.REJECT
)
#: Record of a delivery: the beginning of its SHA-256, and the number.
Place = tuple[str, int]


@dataclass(frozen=True)
class Mended:
    """What corrections did to a delivery.

    Attributes:
        used: files of corrected rows whose rows are used, those that stand included.
        aside: files that were set aside.
        rows: digest of a used file -> the rows that it stands for.
        taken: records that were corrected.
    """

    used: list[ExtractedFile] = field(default_factory=list)
    aside: list[ExtractedFile] = field(default_factory=list)
    rows: dict[str, Corrected] = field(default_factory=dict)
    taken: set[Place] = field(default_factory=set)


def records_set_aside(file: ExtractedFile) -> list[int]:
    """Records of a delivery that can come back: rows that repeat others need not."""
    rejects = file.rejects
    ours = pc.and_(schemas.is_fatal(rejects), pc.is_valid(rejects["source_row"]))
    told = rejects.filter(pc.and_(ours, pc.not_equal(rejects["reason"], "DUPLICATE_ROW")))
    return sorted(set(told["source_row"].to_pylist()))


def mend(
    mains: Sequence[ExtractedFile],
    sent: Iterable[ExtractedFile],
    standing: Mapping[str, tuple[ExtractedFile, Corrected]],
    open_records: Mapping[str, Iterable[int]],
    known: Iterable[str],
) -> Mended:
    """Let corrected rows take the places they say.

    Tonight's files come first, by name; what an earlier one put in its place stands where none of them says
    otherwise.

    Args:
        mains: the delivery. sent: tonight's files of corrected rows.
        standing: digest -> a file accepted earlier for this very delivery, and its rows.
        open_records: digest of a file of the delivery -> its records that were set aside.
        known: digests of files that came before.
    """
    done, known = Mended(), set(known)
    places = {(digest[:SHORT], number) for digest, numbers in open_records.items() for number in numbers}
    seen: set[str] = set()
    for file in sorted(sent, key=lambda one: str(one.row["file"])):
        digest = file.row["delivery"]
        if digest in seen:
            done.aside.append(file.passed_over("the same bytes came twice"))
        elif not any(place in places for place in places_of(file).values()):
            done.aside.append(_of_another(file, digest in known))
        else:
            _take(done, file, mains, places)
        seen.add(digest)
    for digest, (file, rows) in sorted(standing.items()):
        left = [row for row in rows.rows if (row[0], row[1]) not in done.taken and (row[0], row[1]) in places]
        if digest not in seen and left:
            _let_stand(done, file, Corrected(rows.since, tuple(left)))
    return done


def places_of(file: ExtractedFile) -> dict[int, Place]:
    """Row of a file of corrected rows -> the record that it says it stands for; rows that say none are absent."""
    rows = file.corrects.to_pylist() if file.corrects is not None else []
    return {
        row["source_row"]: (row["delivery"][:SHORT], row["record"])
        for row in rows
        if row["delivery"] and row["record"] is not None
    }


def _take(done: Mended, file: ExtractedFile, mains: Sequence[ExtractedFile], places: set[Place]) -> None:
    """Use the rows of a file that stand for records nobody corrected yet."""
    told, mine = places_of(file), dict[int, Place]()
    wrong: dict[int, tuple[str, str | None]] = {}
    doubled = _doubled(file, [*mains, *done.used])
    for number in sorted(file.received["source_row"].to_pylist()):
        place = told.get(number)
        if place is None or place not in places:
            wrong[number] = ("CORRECTION_UNMATCHED", None)
        elif place in done.taken or place in mine.values():
            wrong[number] = ("CORRECTION_REPEATED", None)
        elif number in doubled:
            wrong[number] = (doubled[number], "a row of the delivery has it already")
        else:
            mine[number] = place
    used = rows_set_aside(file, wrong)
    done.used.append(used)
    done.taken.update(mine.values())
    rows = tuple((*place, number) for number, place in sorted(mine.items()))
    done.rows[used.row["delivery"]] = Corrected(None, rows)


def _let_stand(done: Mended, file: ExtractedFile, rows: Corrected) -> None:
    numbers = pa.array([number for _, _, number in rows.rows], pa.int64())
    received = file.received.filter(pc.is_in(file.received["source_row"], value_set=numbers))
    row = file.row
    used = file.with_row(loaded=len(received), rejected=row["received"] - len(received))
    done.used.append(replace(used, received=received))
    done.taken.update((digest, record) for digest, record, _ in rows.rows)
    done.rows[row["delivery"]] = rows


def _doubled(file: ExtractedFile, others: Sequence[ExtractedFile]) -> dict[int, str]:
    """Rows of a file that repeat a row in use, or have its key where a key names one row, and the reason."""
    key = file.declared.one_row
    if file.declared.repeats and key is None:
        return {}
    names = [each.name for each in schemas.DATASETS[str(file.dataset)].fields]
    references = file.received["source_ref"].combine_chunks()
    there = [
        other.received.filter(pc.is_in(other.received["source_ref"], value_set=references)).to_pylist()
        for other in others
    ]
    wholes = {_values(row, ("partner", *names)) for rows in there for row in rows}
    keys = {_values(row, ("partner", "source_ref", *(key or ()))) for rows in there for row in rows}
    found = {}
    for row in file.received.to_pylist():
        if not file.declared.repeats and _values(row, ("partner", *names)) in wholes:
            found[row["source_row"]] = "DUPLICATE_ROW"
        elif key is not None and _values(row, ("partner", "source_ref", *key)) in keys:
            found[row["source_row"]] = "DUPLICATE_KEY_CONFLICT"
    return found


def _values(row: Mapping[str, Any], names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def rows_set_aside(file: ExtractedFile, wrong: Mapping[int, tuple[str, str | None]]) -> ExtractedFile:
    """The file without some of its rows, each with its reason and what is to be said."""
    if not wrong:
        return file
    row = file.row
    origin = {name: row[name] for name in ("partner", "dataset", "file", "delivery")}
    done = {"disposition": str(Disposition.QUARANTINE)}
    told = [
        origin | done | {"source_row": number, "reason": reason, "detail": detail}
        for number, (reason, detail) in wrong.items()
    ]
    stays = ~np.isin(file.received["source_row"].to_numpy(), list(wrong))
    received = file.received.filter(pa.array(stays))
    rejects = schemas.sort_rejects(pa.concat_tables([file.rejects, schemas.rejects_table(told)]))
    file = file.with_row(loaded=len(received), rejected=row["received"] - len(received))
    return replace(file, received=received, rejects=rejects)


def _of_another(file: ExtractedFile, known: bool) -> ExtractedFile:
    """A file none of whose rows belongs to the delivery in use."""
    if known:
        return file.passed_over("came before; its delivery is no longer in use")
    return file.set_aside("refused", [UNMATCHED])
