"""E. Content beside the extract in use, and what may be shared: cases 87, 91 to 94, 97 to 100."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cases import HEADINGS, MAPPING, OWN, Case, Expected, Tried, csv_of, row, rows

MADE_E_CONTENT = {87, 91, 92, 93, 94, 97, 98, 99, 100}

FIELDS = (
    "source_ref", "title", "forename", "surname", "date_of_birth", "nino", "address", "postcode", "uprn", "phone",
    "email", "sort_code", "account", "employment_start", "employment_end", "gross_to_date_pence",
    "hours_weekly_hundredths", "full_time_code",
)  # fmt: skip


def record(
    *, fields: tuple[str, ...] = FIELDS, gateway: str = "An Act, section 1", start: str = "2025-04-01",
    review: str = "2026-10-01", end: str = "2027-03-31", notice: str = "7", forbidden: str = "", months: int = 24,
) -> str:  # fmt: skip
    """A sharing record of the payroll."""
    names = ", ".join(f'"{name}"' for name in fields)
    return f"""[payroll]
purpose = "To look for overpayments"
gateway = "{gateway}"
notice_version = "{notice}"
notice_declared_by = "Records officer"
notice_declared_on = 2025-03-01
fields = [{names}]
retention_months = {months}
start = {start}
review = {review}
end = {end}
forbidden_columns = [{forbidden}]
"""


def sharing(text: str) -> Callable[[Path], None]:
    """Lay down the partner's sharing record."""
    return lambda root: _write(root / "partners" / OWN / "sharing.toml", text)


def required(root: Path) -> None:
    """A site that asks for a record of every data set."""
    path = root / "site.toml"
    _write(path, 'sharing = "required"\n' + path.read_text(encoding="utf-8"))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def with_notes() -> bytes:
    """Rows with a column of health notes."""
    made = [one | {"Health  Notes": "asthma"} for one in rows(10)]
    return csv_of(made, headings=(*HEADINGS, "Health  Notes"))


def _nothing_of_it(one: Tried) -> None:
    assert one.prepared.records.num_rows == 0 and not one.prepared.accepted
    assert "asthma" not in str(one.rejects)


def _without_phone(one: Tried) -> None:
    assert set(one.prepared.records["phone"].to_pylist()) == {None}
    assert set(one.prepared.records["email"].to_pylist()) != {None}
    (kept,) = one.prepared.accepted
    assert kept.received["phone"].null_count == 10 and "phone" not in kept.profile["fields"]


def _does_not_stand(one: Tried) -> None:
    assert one.prepared.records.num_rows == 0
    assert {row["state"] for row in one.prepared.deliveries.to_pylist()} == {"refused"}


def swapped(*headings: str, count: int = 40) -> bytes:
    """Rows with the content of columns changed round."""
    turned = dict(zip(headings, headings[1:] + headings[:1], strict=True))
    return csv_of([{name: one[turned.get(name, name)] for name in HEADINGS} for one in rows(count)])


def changed(count: int, wrong: int, **cells: str) -> bytes:
    """Rows of which the first have other cells."""
    return csv_of([row(n, **(cells if n <= wrong else {})) for n in range(1, count + 1)])


def surnames(count: int, longest: int) -> bytes:
    """Many different surnames of all lengths, cut where a field ends."""
    letters = "ABCDEFGHIJKLMNOPRSTUVWYZ"
    made = ["".join(letters[(n * 7 + k * (n % 5 + 3)) % 24] for k in range(n % 22 + 3)) for n in range(count)]
    return csv_of([row(n + 1, Surname=name[:longest]) for n, name in enumerate(made)])


_FORTY = lambda: csv_of(rows(40))  # noqa: E731
_HELD_FORTY = (40, 0, 40, 1)

CASES = [
    Case(87, "a column the agreement forbids", with_notes,
         Expected("refused", {"COLUMN_NOT_AGREED": 1, "COLUMN_UNEXPECTED": 1}, counts=(10, 0, 10, 1)),
         arrange=sharing(record(forbidden='"health notes", "*medical*"')), also=_nothing_of_it),
    Case(87, "no record of the data set", lambda: csv_of(rows(10)),
         Expected("refused", {"SHARING_NOT_AGREED": 1}, counts=(10, 0, 10, 1)), arrange=required, also=_nothing_of_it),
    Case(87, "a record of another data set alone", lambda: csv_of(rows(10)),
         Expected("refused", {"SHARING_NOT_AGREED": 1}, counts=(10, 0, 10, 1)),
         arrange=sharing(record(fields=("source_ref",)).replace("[payroll]", "[deaths]"))),
    Case(87, "no gateway", lambda: csv_of(rows(10)), Expected("refused", {"SHARING_NOT_AGREED": 1}, counts=(10, 0, 10, 1)),
         arrange=sharing(record(gateway=""))),
    Case(87, "no privacy notice declared", lambda: csv_of(rows(10)), Expected("refused", {"SHARING_NOT_AGREED": 1}, counts=(10, 0, 10, 1)),
         arrange=sharing(record(notice=" "))),
    Case(87, "before the agreement begins", lambda: csv_of(rows(10)), Expected("refused", {"SHARING_NOT_AGREED": 1}, counts=(10, 0, 10, 1)),
         arrange=sharing(record(start="2026-04-01"))),
    Case(87, "past the end of the agreement", lambda: csv_of(rows(10)),
         Expected("refused", {"SHARING_ENDED": 1}, counts=(10, 0, 10, 1)), arrange=sharing(record(end="2026-03-30")),
         before=lambda: csv_of(rows(11)), also=_does_not_stand),
    Case(87, "on the last day", lambda: csv_of(rows(10)), Expected("loaded", {}, counts=(10, 10, 0, 1)),
         arrange=sharing(record(end="2026-03-31"))),
    Case(87, "a review that is due", lambda: csv_of(rows(10)), Expected("loaded", {"SHARING_REVIEW_DUE": 1}, counts=(10, 10, 0, 1)),
         arrange=sharing(record(review="2026-03-30"))),
    Case(87, "a field that is not agreed", lambda: csv_of(rows(10)),
         Expected("loaded", {"FIELD_NOT_AGREED": 1}, counts=(10, 10, 0, 1)),
         arrange=sharing(record(fields=tuple(name for name in FIELDS if name != "phone"))), also=_without_phone),
    Case(91, "two columns changed round", lambda: swapped("NI No", "Postcode"),
         Expected("held", {"COLUMN_CONTENT_CHANGED": 2}, counts=_HELD_FORTY), before=_FORTY),
    Case(91, "forenames and surnames changed round", lambda: swapped("Forename", "Surname"),
         Expected("held", {"COLUMN_CONTENT_CHANGED": 1}, counts=_HELD_FORTY), before=_FORTY),
    Case(91, "dates that cannot be read any more", lambda: changed(40, 6, DOB="next week"),
         Expected("held", {"COLUMN_CONTENT_CHANGED": 1, "DATE_INVALID": 6}, counts=_HELD_FORTY), before=_FORTY),
    Case(92, "a column suddenly blank", lambda: changed(40, 40, DOB=""),
         Expected("held", {"FILL_RATE_COLLAPSED": 1}, counts=_HELD_FORTY), before=_FORTY),
    Case(92, "a key column down eleven points", lambda: changed(100, 11, Postcode=""),
         Expected("held", {"FILL_RATE_COLLAPSED": 1}, counts=(100, 0, 100, 1)), before=lambda: csv_of(rows(100))),
    Case(92, "a key column down ten points", lambda: changed(100, 10, Postcode=""),
         Expected("loaded", {}, counts=(100, 100, 0, 1)), before=lambda: csv_of(rows(100))),
    Case(92, "a column of no key suddenly blank", lambda: changed(40, 40, Status=""),
         Expected("held", {"FILL_RATE_COLLAPSED": 1}, counts=_HELD_FORTY), before=_FORTY),
    Case(93, "a new code", lambda: changed(40, 14, Status="Z9"),
         Expected("loaded", {"CODE_UNKNOWN": 14}, counts=(40, 40, 0, 1))),
    Case(94, "surnames that all end at the same length", lambda: surnames(400, 15),
         Expected("held", {"FIELD_TRUNCATION_SUSPECTED": 1}, counts=(400, 0, 400, 1))),
    Case(94, "surnames nobody cut", lambda: surnames(400, 40), Expected("loaded", {}, counts=(400, 400, 0, 1))),
    Case(97, "a whole row twice", lambda: csv_of([*rows(10), row(3)]),
         Expected("loaded", {"DUPLICATE_ROW": 1}, counts=(11, 10, 1, 1))),
    Case(98, "one reference, two people", lambda: csv_of([*rows(10), row(3, Surname="Hartington")]),
         Expected("loaded", {"DUPLICATE_KEY_CONFLICT": 2}, counts=(11, 9, 2, 1))),
    Case(98, "one reference, two people, as the mapping allows",
         lambda: csv_of([*rows(10), row(3, Surname="Hartington")]), Expected("loaded", {}, counts=(11, 11, 0, 1)),
         mapping=MAPPING + '[delivery]\nsame_reference = "allow"\n'),
    Case(98, "one reference, two posts", lambda: csv_of([*rows(10), row(3, Start="01/05/2021")]),
         Expected("loaded", {}, counts=(11, 11, 0, 1))),
    Case(99, "a blank reference", lambda: csv_of([*rows(10), row(11, Ref=" ")]),
         Expected("loaded", {"KEY_MISSING": 1}, counts=(11, 10, 1, 1))),
    Case(100, "references without their zeros", lambda: csv_of([row(n, Ref=str(n), Hours="36") for n in range(1, 41)]),
         Expected("held", {"KEY_FORMAT_CHANGED": 1}, counts=_HELD_FORTY),
         before=lambda: csv_of([row(n, Ref=f"{n:05d}") for n in range(1, 41)])),
    Case(100, "other references of the same form", lambda: csv_of([row(n + 500) for n in range(1, 41)]),
         Expected("loaded", {}, counts=(40, 40, 0, 1)), before=_FORTY),
]  # fmt: skip
