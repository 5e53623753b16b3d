"""What a delivery looks like, for the partner that sent it: a page an officer can read, and the same as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.deliveries import state_in_words
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.words import counted, dataset_title, field_heading, long_date, pounds
from fraudmatch.schemas import DATASETS

#: The folder of such files within a partner's.
FOLDER = "deliveries"
#: Reasons that say a value stands for "not known".
PLACEHOLDERS = (
    "DATE_PLACEHOLDER", "DOB_PLACEHOLDER", "DOB_OVERUSED", "NINO_PLACEHOLDER", "POSTCODE_PLACEHOLDER",
    "NAME_PLACEHOLDER", "VALUE_OVERUSED",
)  # fmt: skip
#: A share that moved by less than this many points is not told as a change.
POINTS = 1.0


@dataclass(frozen=True)
class Value:
    """A frequent value as printed, and how many rows have it."""

    value: str
    rows: int


@dataclass(frozen=True)
class FieldProfile:
    """One field of a delivery; shares are per cent, null where there is nothing to take a share of.

    Attributes:
        column: the partner's headings; null where no column is read.
        filled: of the rows. sound: of the filled cells those that could be read and, where a form is published,
            have it. placeholders: of the filled cells those that stand for "not known".
        top: the most frequent values; null where they are not named.
        …_before: the same of the extract before; null where there is none.
    """

    field: str
    name: str
    column: str | None
    filled: float | None
    filled_before: float | None
    sound: float | None
    sound_before: float | None
    placeholders: float | None
    distinct: int
    distinct_before: int | None
    top: tuple[Value, ...] | None


@dataclass(frozen=True)
class DeliveryProfile:
    """One delivery: all its files together.

    Attributes:
        slot: name of its mapping. state: of its first file, in words.
        rows_before / before: of the extract in use before, and the day it was accepted; null where there is none.
        changes: what moved since, in sentences.
    """

    partner: str
    slot: str
    dataset: str
    dataset_title: str
    files: tuple[str, ...]
    state: str
    rows: int
    rows_before: int | None
    before: dt.date | None
    changes: tuple[str, ...]
    fields: tuple[FieldProfile, ...]

    def path(self, kind: str) -> str:
        """Where its page or its JSON lies, from the partner's folder."""
        return f"{FOLDER}/{self.slot}.{kind}"


def delivery_profiles(night: ReportInput, partner_id: str, rejects: pa.Table) -> list[DeliveryProfile]:
    """The deliveries of a partner that could be read tonight, by mapping.

    Args:
        rejects: REJECTS of its own files.
    """
    mine = night.profiles.filter(pc.equal(night.profiles["partner"], partner_id))
    ours = pc.equal(night.deliveries["partner"], partner_id)
    files = {
        row["delivery"]: row
        for row in night.deliveries.filter(ours).to_pylist()
        if row["state"] != "repeated"
    }
    known = _placeholders(rejects)
    rows = sorted(mine.to_pylist(), key=lambda row: (row["slot"], row["position"]))
    return [_profile(list(told), files, known) for _, told in groupby(rows, key=lambda row: row["slot"])]


def _placeholders(rejects: pa.Table) -> dict[tuple[str, str], int]:
    """Delivery and field -> rows whose value stands for "not known"."""
    ours = pc.is_in(rejects["reason"], value_set=pa.array(PLACEHOLDERS))
    told = rejects.filter(pc.and_(ours, pc.is_valid(rejects["source_row"])))
    counts = told.group_by(["delivery", "field"], use_threads=False).aggregate(
        [("source_row", "count_distinct")]
    )
    return {(row["delivery"], row["field"]): row["source_row_count_distinct"] for row in counts.to_pylist()}


def _profile(
    rows: Sequence[Mapping[str, Any]],
    files: Mapping[str, Mapping[str, Any]],
    known: Mapping[tuple[str, str], int],
) -> DeliveryProfile:
    first = rows[0]
    named = [files[digest] for digest in first["deliveries"] if digest in files]
    fields = tuple(_field(row, known) for row in rows)
    head: Mapping[str, Any] = (
        named[0] if named else {"state": "held", "extracted_on": None, "accepted_on": None}
    )
    made = head["extracted_on"] or head["accepted_on"]
    return DeliveryProfile(
        first["partner"], first["slot"], first["dataset"], dataset_title(first["dataset"]),
        tuple(row["file"] for row in named), state_in_words(head["state"], made), first["rows"], first["then_rows"],
        first["then_on"], tuple(_changes(first, fields)), fields,
    )  # fmt: skip


def _field(row: Mapping[str, Any], known: Mapping[tuple[str, str], int]) -> FieldProfile:
    there = row["filled"] + row["unreadable"]
    placeholders = sum(known.get((digest, row["field"]), 0) for digest in row["deliveries"])
    before = row["then_rows"] is not None
    then_there = row["then_filled"] + row["then_unreadable"] if before else 0
    return FieldProfile(
        row["field"], field_heading(row["field"]), row["column"],
        share(there, row["rows"]), share(then_there, row["then_rows"]) if before else None,
        share(_sound(row, ""), there), share(_sound(row, "then_"), then_there) if before else None,
        share(min(placeholders, there), there), row["distinct"], row["then_distinct"],
        None if row["top"] is None else tuple(_value(row, one) for one in row["top"]),
    )  # fmt: skip


def _sound(row: Mapping[str, Any], when: str) -> int:
    """Cells that could be read and have the form of their kind, where one is published."""
    valid = row[f"{when}valid"]
    # Of forenames "valid" says whether they are on the list of known ones: rare names are no fault.
    return int(row[f"{when}filled"] if valid is None or row["field"] == "forename" else valid)


def _value(row: Mapping[str, Any], told: Mapping[str, Any]) -> Value:
    kinds = {field.name: field.kind for field in DATASETS[row["dataset"]].fields}
    return Value(_PRINTED.get(kinds[row["field"]], str)(told["value"]), told["rows"])


def _day(text: str) -> str:
    return long_date(dt.date.fromisoformat(text))


_PRINTED: dict[str, Callable[[str], str]] = {
    "date": _day,
    "pence": lambda text: pounds(int(text)),
    "flag": lambda text: {"True": "yes", "False": "no"}.get(text, text),
}


def share(part: int, whole: int) -> float | None:
    """Per cent, to a tenth; 0 and 100 only where it is none or all; None of nothing."""
    if not whole:
        return None
    if part in (0, whole):
        return 100.0 * part / whole
    return min(max(round(100 * part / whole, 1), 0.1), 99.9)


def per_cent(value: float | None) -> str:
    """A share in words: 96.0 -> "96 %", 99.9 -> "99.9 %"; "–" where there is none."""
    if value is None:
        return "–"
    # Between 1 and 99 a tenth of a point says nothing to an officer.
    return f"{value:.0f} %" if 1 <= value <= 99 or value in (0, 100) else f"{value:.1f} %"


def _changes(first: Mapping[str, Any], fields: Sequence[FieldProfile]) -> list[str]:
    """What moved since the extract before, in sentences."""
    if first["then_rows"] is None:
        return []
    told = []
    if first["rows"] != first["then_rows"]:
        told.append(f"{counted(first['rows'], 'row')} ({first['then_rows']:,} before)")
    for field in fields:
        for words, now, then in (
            ("filled in", field.filled, field.filled_before),
            ("readable and in the right form", field.sound, field.sound_before),
        ):
            if now is not None and then is not None and abs(now - then) >= POINTS:
                told.append(f"{field.name}: {words} {per_cent(now)} (was {per_cent(then)})")
    return told


def as_json(profile: DeliveryProfile, night: ReportInput) -> str:
    """The profile as JSON: shares in per cent, days as ISO text."""
    told = {"site": night.site_name, "as_at": night.as_at, "run": night.run_id} | asdict(profile)
    return json.dumps(told, indent=1, ensure_ascii=False, default=dt.date.isoformat) + "\n"


def write_profiles(
    own: Path,
    profiles: Sequence[DeliveryProfile],
    night: ReportInput,
    write_page: Callable[[Path, DeliveryProfile], Path],
) -> list[Path]:
    """Write page and JSON of each profile into the partner's folder `own`; all paths."""
    if profiles:
        (own / FOLDER).mkdir(mode=0o700)
    written = []
    for profile in profiles:
        path = own / profile.path("json")
        path.write_text(as_json(profile, night), encoding="utf-8", newline="\n")
        written += [path, write_page(own / profile.path("html"), profile)]
    return written
