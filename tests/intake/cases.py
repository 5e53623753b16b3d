"""One bad input and what is expected of it; a site to try it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudmatch.exercise import prepare
from fraudmatch.extract.printable import printable
from fraudmatch.intake import keep
from fraudmatch.site import Site, load_site
from fraudmatch.stages import Prepared, Stopwatch

#: The partner whose file a case is about, another one, and the nights.
OWN, OTHER = "northshire", "southshire"
BEFORE, TONIGHT = dt.date(2026, 2, 28), dt.date(2026, 3, 31)

HEADINGS = (
    "Ref", "Title", "Forename", "Surname", "DOB", "NI No", "Address", "Postcode", "UPRN", "Phone", "Email",
    "Sort code", "Account", "Start", "End", "Salary", "Hours", "Status",
)  # fmt: skip

#: How most cases are read: a payroll, because its rows have a bit of everything.
MAPPING = """
dataset = "payroll"
[file]
pattern = "payroll*"
format = "delimited"
date_formats = ["%d/%m/%Y"]
[fields]
source_ref = "Ref"
title = "Title"
forename = "Forename"
surname = "Surname"
date_of_birth = "DOB"
nino = "NI No"
address = "Address"
postcode = "Postcode"
uprn = "UPRN"
phone = "Phone"
email = "Email"
sort_code = "Sort code"
account = "Account"
employment_start = "Start"
employment_end = "End"
gross_to_date_pence = "Salary"
hours_weekly_hundredths = { column = "Hours", scale = 100 }
full_time_code = { column = "Status", codes = { A = "full", P = "part" } }
"""


def row(number: int, **changed: str) -> dict[str, str]:
    """A sound row by heading; `changed` names headings with _ for the blank."""
    surnames = ("ALDERTON", "BREWSTER", "CALLOWAY", "DUNSTABLE", "EVERLEY", "FAIRBROTHER", "GOSLING")
    sound = {
        "Ref": f"E{number:05d}",
        "Title": "Ms" if number % 2 else "Mr",
        "Forename": ("Alice", "Brian", "Carol", "David", "Ellen")[number % 5],
        "Surname": surnames[number % 7] + "ABCDEFGHIJ"[number // 7 % 10].lower(),
        "DOB": f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{1951 + number % 50}",
        "NI No": f"AB{number:06d}C",
        "Address": f"{number} Quarry Lane, Exampleton",
        "Postcode": f"GL{number % 9 + 1} {number % 9 + 1}AB",
        "UPRN": f"{100000000000 + number}",
        "Phone": f"01632 {960000 + number}",
        "Email": f"person{number}@example.org",
        "Sort code": f"{100000 + number}",
        "Account": f"{10000000 + number}",
        "Start": "01/04/2020",
        "End": "",
        "Salary": "25000.00",
        "Hours": "37",
        "Status": "A",
    }
    return sound | {name.replace("_", " "): value for name, value in changed.items()}


def csv_of(rows: list[dict[str, str]], *, headings: tuple[str, ...] = HEADINGS, end: str = "\r\n") -> bytes:
    """Rows as comma-separated text in UTF-8; cells with a comma or a line end are quoted."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',\r\n"') else text

    lines = [",".join(headings), *(",".join(cell(one[name]) for name in headings) for one in rows)]
    return (end.join(lines) + end).encode()


def rows(count: int) -> list[dict[str, str]]:
    """So many sound rows."""
    return [row(number) for number in range(1, count + 1)]


@dataclass(frozen=True)
class Expected:
    """What is to come of a case's file.

    Attributes:
        state: of the file in DELIVERIES: loaded, refused, held, deferred.
        codes: reason -> how many rows of REJECTS carry it; other reasons must not occur.
        done: reason -> the disposition, where it is not the catalogue's; several are parted by |.
        counts: received, loaded, rejected, skipped; null only for a file that is refused because its bytes
            are no text, of which nobody can say how many records it has.
        records: reason -> the numbers of the records that carry it, in order; reasons left out are not looked at.
    """

    state: str
    codes: Mapping[str, int] = field(default_factory=dict)
    done: Mapping[str, str] = field(default_factory=dict)
    counts: tuple[int, int, int, int] | None = None
    records: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """What came of a case.

    Attributes:
        delivery: the row of DELIVERIES of the case's file.
        rejects: REJECTS of that file, as dictionaries.
        prepared: the whole night.
    """

    site: Site
    delivery: dict[str, Any]
    rejects: list[dict[str, Any]]
    prepared: Prepared

    def record(self, ref: str, party: int = 1) -> dict[str, Any]:
        """The record with a source reference."""
        found = [
            one
            for one in self.prepared.records.to_pylist()
            if (one["source_ref"], one["party"]) == (ref, party)
        ]
        assert len(found) == 1, (ref, len(found))
        return found[0]

    @property
    def codes(self) -> dict[str, int]:
        """Reason -> rows of REJECTS of the file."""
        found: dict[str, int] = {}
        for one in self.rejects:
            found[one["reason"]] = found.get(one["reason"], 0) + 1
        return found


@dataclass(frozen=True)
class Case:
    """One of the 184 cases.

    Attributes:
        number: in the brief. title: what is wrong, in a few words; with the number it names the test.
        content: bytes of the file; called, so that a large one is made when it is needed.
        file: its name in deliveries/<OWN>.
        mapping: TOML of the mapping; its slot is "payroll".
        before: the file of the night before, accepted then; null when there was none.
        file_before: its name, where it is another one.
        arrange: called with the site folder once all files are laid out (sidecars, sharing records …).
        also: further assertions on what came of it.
    """

    number: int
    title: str
    content: Callable[[], bytes]
    expected: Expected
    file: str = "payroll.csv"
    mapping: str = MAPPING
    before: Callable[[], bytes] | None = None
    file_before: str = ""
    arrange: Callable[[Path], None] | None = None
    also: Callable[[Tried], None] | None = None

    @property
    def name(self) -> str:
        """The name of the test."""
        return f"{self.number:03d} {self.title}"


def lay_out(root: Path, case: Case) -> Site:
    """A site with the case's file, and the night before where there was one."""
    for folder in (f"partners/{OWN}", f"partners/{OTHER}", f"deliveries/{OWN}", f"deliveries/{OTHER}"):
        (root / folder).mkdir(parents=True)
    partners = "".join(f'[[partner]]\nid = "{name}"\nname = "{name.title()}"\n' for name in (OWN, OTHER))
    (root / "site.toml").write_text(f'name = "Trial"\nas_at = {TONIGHT}\n{partners}', encoding="utf-8")
    (root / "partners" / OWN / "payroll.toml").write_text(case.mapping, encoding="utf-8")
    path = root / "deliveries" / OWN / case.file
    if case.before is not None:
        earlier_path = path.with_name(case.file_before or case.file)
        earlier_path.write_bytes(case.before())
        site = load_site(root)
        earlier = prepare(site, BEFORE, Stopwatch(), lambda _: None)
        assert earlier.accepted, "the night before must be accepted"
        keep(site.accepted_folder, BEFORE, earlier.accepted)
        earlier_path.unlink()
    path.write_bytes(case.content())
    if case.arrange is not None:
        case.arrange(root)
    return load_site(root)


def tried(root: Path, case: Case) -> Tried:
    """What comes of a case's file tonight."""
    site = lay_out(root, case)
    prepared = prepare(site, TONIGHT, Stopwatch(), lambda _: None)
    shown = printable(case.file)
    own = [
        one
        for one in prepared.deliveries.to_pylist()
        if (one["partner"], one["file"]) == (OWN, shown) and one["state"] != "stands"
    ]
    assert len(own) == 1, prepared.deliveries.to_pylist()
    rejects = [one for one in prepared.rejects.to_pylist() if (one["partner"], one["file"]) == (OWN, shown)]
    return Tried(site, own[0], rejects, prepared)


def loaded(table: pa.Table) -> int:
    """Rows of a table; for assertions that read well."""
    return int(table.num_rows)
