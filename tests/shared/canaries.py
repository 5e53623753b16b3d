"""Random sites in which every field of every record is a token of its own, and what a reader sees of others'."""

from __future__ import annotations

import datetime as dt
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from report_nights import ALONE, SINGLE, TWO_JOBS, delivery_of, evidence, flag, make_night, with_cases

from fraudmatch import schemas
from fraudmatch.report import ReportInput
from fraudmatch.report.words import long_date, pounds
from fraudmatch.schemas import DATASETS
from fraudmatch.site import Partner

TOKEN = re.compile(r"Zq\d{4}x[a-z_]+?z")
PLAIN = ("record_id", "partner", "dataset", "party", "delivery", "source_row")
USED = ("council_tax", "electoral_register", "payroll", "blue_badge")
FIRST_DAY = dt.date(1950, 1, 1)
EXCEL_ZERO = dt.date(1899, 12, 30)


@dataclass(frozen=True)
class Canaries:
    """A random night and what each of its values is."""

    night: ReportInput
    flags: list[dict[str, object]]


def token(record_id: int, column: str) -> str:
    return f"Zq{record_id:04d}x{column}z"


def day_of(record_id: int, place: int) -> dt.date:
    """A day that no other record and field has."""
    return FIRST_DAY + dt.timedelta(days=record_id * 40 + place)


def pence_of(record_id: int, place: int) -> int:
    return 70_000_001 + record_id * 4_000 + place * 100


def value_of(record_id: int, place: int, name: str, kind: pa.DataType) -> object:
    if pa.types.is_date(kind):
        return day_of(record_id, place)
    if pa.types.is_integer(kind):
        return pence_of(record_id, place)
    return None if pa.types.is_boolean(kind) else token(record_id, name)


def random_site(seed: int) -> Canaries:
    rng = random.Random(seed)
    partners = tuple(
        Partner(id=f"body{letter}", name=f"Body {letter.upper()}", contact=f"desk{letter}@x.example")
        for letter in "abcdef"[: rng.randint(3, 6)]
    )
    records = [one_record(number, rng.choice(partners).id, rng.choice(USED)) for number in range(90)]
    details = {name: [one_detail(row, name) for row in records if row["dataset"] == name] for name in USED}
    flags = [chosen for rule in (SINGLE, TWO_JOBS) for chosen in some_flags(rng, rule, records)]
    flags += [
        flag(ALONE, row, None, facts='{"expired":true}') for row in records if row["dataset"] == ALONE.left
    ][:5]
    agreement = ("agrees", "close", "differs", "missing")
    names = ("surname", "phone", "email", "date_of_birth", "address", "nino")
    seen = [
        row
        for f in flags
        for row in evidence(
            f["flag_key"], "person_v1", *((name, rng.choice(agreement), 1.0) for name in names)
        )
    ]
    rejects = [
        {
            "partner": p.id,
            "dataset": "payroll",
            "file": f"payroll_{p.id}.csv",
            "delivery": f"gone-{p.id}",
            "source_row": 3,
            "field": "nino",
            "column": f"NI of {p.id}",
            "reason": "NINO_INVALID",
            "disposition": "flag",
            "detail": token(9_999, "detail"),
        }
        for p in partners
    ]
    night = make_night(records, details, flags, seen, rejects, {"partners": partners})
    return Canaries(with_cases(night, per_person=6), flags)


def one_record(record_id: int, partner: str, dataset: str) -> dict[str, object]:
    row: dict[str, object] = {
        column.name: value_of(record_id, place, column.name, column.type)
        for place, column in enumerate(schemas.RECORDS)
        if column.name not in PLAIN
    }
    plain = (record_id, partner, dataset, 1, delivery_of(partner, dataset), record_id + 100_000)
    return {**row, **dict(zip(PLAIN, plain, strict=True))}


def one_detail(record: dict[str, object], dataset: str) -> dict[str, object]:
    number = int(str(record["record_id"]))
    fields = DATASETS[dataset].details
    return {"record_id": number} | {
        field.name: value_of(number, place, field.name, field.type) for place, field in enumerate(fields, 10)
    }


def some_flags(
    rng: random.Random, rule: schemas.RuleText, records: list[dict[str, object]]
) -> Iterator[dict[str, object]]:
    lefts = [row for row in records if row["dataset"] == rule.left]
    rights = [row for row in records if row["dataset"] == rule.right]
    pairs = [(one, other) for one in lefts for other in rights if one is not other]
    yield from (
        flag(rule, *pair, identity_probability=0.97) for pair in rng.sample(pairs, min(25, len(pairs)))
    )


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text in a partner's folder: files, and the parts of workbooks."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                yield from (
                    (f"{path.name}!{part}", archive.read(part).decode()) for part in archive.namelist()
                )
        elif path.is_file():
            yield path.name, path.read_bytes().decode("utf-8-sig")


def spellings(value: object) -> tuple[str, ...]:
    """How a value would stand in a report: a token, a day, an amount, in CSV and in XML."""
    if isinstance(value, dt.date):
        return (value.isoformat(), f"<v>{(value - EXCEL_ZERO).days}</v>", long_date(value))
    if isinstance(value, int):
        return (
            f"{value // 100}.{value % 100:02d}",
            f"<v>{value / 100:.16G}</v>",
            f"<v>{value}</v>",
            f",{value},",
            pounds(value),
        )
    return (str(value), str(value).replace("_", " "))  # codes are printed with blanks


def values_of(night: ReportInput) -> Iterator[tuple[str, int, str, object]]:
    """(partner, record id, column, value) of every canary of the night."""
    owners = night.records["partner"].to_pylist()
    for table in (night.records, *night.details.values()):
        names = [name for name in table.column_names if name not in PLAIN]
        for row in table.to_pylist():
            for name in names:
                if row[name] is not None:
                    yield owners[row["record_id"]], row["record_id"], name, row[name]


def partner_of(flag_row: dict[str, object], partner: str) -> bool:
    return partner in (flag_row["left_partner"], flag_row["right_partner"])


def leaks(canaries: Canaries, folder: Path) -> list[tuple[str, str, str, str]]:
    """(reader, owner, column, place) of everything a reader sees and may not see."""
    found = []
    for reader in canaries.night.partners:
        texts = list(texts_of(folder / reader.id))
        present = "\n".join(text for _, text in texts)
        mine = [row for row in canaries.flags if partner_of(row, reader.id)]
        named = {row[side] for row in mine for side in ("left_id", "right_id")}
        for owner, record_id, column, value in values_of(canaries.night):
            may = (
                record_id in named
                and (column == "source_ref" or owner == reader.id)
                and column not in ("phone", "email")
            )
            if not may and any(spelling in present for spelling in spellings(value)):
                found.append((reader.id, owner, column, str(value)))
        for other in canaries.night.partners:
            if other != reader and (f"_{other.id}.csv" in present or f"NI of {other.id}" in present):
                found.append((reader.id, other.id, "file", ""))
        assert token(9_999, "detail") not in present
    return found
