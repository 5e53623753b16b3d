"""What stands in, what is let in and what is locked out, beyond the cases of the brief."""

from __future__ import annotations

import datetime as dt
import errno
import json
from pathlib import Path

import pytest
from cases import BEFORE, MAPPING, OTHER, OWN, TONIGHT, Case, Expected, csv_of, lay_out, row, rows
from catalogue.e_content import FIELDS, record, required, sharing

from fraudmatch.errors import SiteError
from fraudmatch.exercise import Prepared, Stopwatch, prepare
from fraudmatch.intake import Decision, add_decisions, keep
from fraudmatch.site import Site, load_site


def site_of(tmp_path: Path, count: int = 10, *, mapping: str = MAPPING) -> Site:
    """A site whose payroll of so many rows was accepted the month before; nothing new has come."""
    case = Case(
        5, "door", lambda: b"", Expected("loaded"), before=lambda: csv_of(rows(count)), mapping=mapping
    )
    site = lay_out(tmp_path, case)
    (site.root / "deliveries" / OWN / case.file).unlink()
    return site


def night(site: Site, day: dt.date = TONIGHT) -> Prepared:
    return prepare(load_site(site.root), day, Stopwatch(), lambda _: None)


def states(prepared: Prepared) -> dict[str, str]:
    return {one["file"]: one["state"] for one in prepared.deliveries.to_pylist()}


def reasons(prepared: Prepared) -> list[str]:
    return prepared.rejects["reason"].to_pylist()


def deliver(site: Site, content: bytes, name: str = "payroll.csv") -> None:
    (site.root / "deliveries" / OWN / name).write_bytes(content)


def test_a_partner_that_sends_nothing_loses_nothing(tmp_path: Path) -> None:
    prepared = night(site_of(tmp_path))
    assert states(prepared) == {"payroll.csv": "stands"} and prepared.records.num_rows == 10


def test_an_extract_stands_no_longer_than_it_may_be_kept(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    sharing(record(months=2, end="2030-01-01"))(site.root)
    assert states(night(site, dt.date(2026, 4, 27))) == {"payroll.csv": "stands"}
    late = night(site, dt.date(2026, 4, 28))
    assert states(late) == {"payroll.csv": "refused"} and late.records.num_rows == 0
    assert reasons(late) == ["SHARING_ENDED"]


def test_a_field_agreed_no_longer_is_left_out_of_what_stands(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    sharing(record(fields=tuple(name for name in FIELDS if name != "email")))(site.root)
    prepared = night(site)
    assert states(prepared) == {"payroll.csv": "stands"} and reasons(prepared) == ["FIELD_NOT_AGREED"]
    assert prepared.records["email"].null_count == 10


def test_a_site_that_asks_for_records_lets_nothing_stand_without_one(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    required(site.root)
    assert reasons(night(site)) == ["SHARING_NOT_AGREED"]


def test_data_older_than_35_days_are_said_to_be_where_they_stand(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    assert reasons(night(site, BEFORE + dt.timedelta(35))) == []
    assert reasons(night(site, BEFORE + dt.timedelta(36))) == ["EXTRACT_STALE"]


def test_a_file_without_rows_is_used_once_a_person_lets_it_in(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    deliver(site, csv_of([]))
    held = night(site)
    (delivery,) = [one for one in held.deliveries.to_pylist() if one["state"] == "held"]
    add_decisions(
        site.releases_file,
        [Decision(OWN, "payroll", delivery["delivery"], "release", TONIGHT, "A", "all have left", "")],
    )
    prepared = night(site)
    assert states(prepared) == {"payroll.csv": "loaded"} and prepared.records.num_rows == 0


def test_the_parts_of_a_delivery_stand_together(tmp_path: Path) -> None:
    mapping = MAPPING + '[delivery]\nname = "payroll_{part}.csv"\nparts = 2\n'
    site = lay_out(
        tmp_path,
        Case(
            16, "parts", lambda: csv_of(rows(10)), Expected("loaded"), mapping=mapping, file="payroll_1.csv"
        ),
    )
    deliver(site, csv_of([row(n) for n in range(11, 16)]), "payroll_2.csv")
    first = night(site, BEFORE)
    keep(site.accepted_folder, BEFORE, first.accepted)
    for path in (site.root / "deliveries" / OWN).iterdir():
        path.unlink()
    prepared = night(site)
    assert states(prepared) == {"payroll_1.csv": "stands", "payroll_2.csv": "stands"}
    assert [one["loaded"] for one in prepared.deliveries.to_pylist()] == [10, 5]
    assert prepared.records.num_rows == 15


def test_what_is_kept_beside_the_rows_holds_no_value_of_anybody(tmp_path: Path) -> None:
    site = site_of(tmp_path, 40)
    (path,) = (site.accepted_folder / OWN / "payroll").glob("*.json")
    text = path.read_text(encoding="utf-8")
    note = json.loads(text)
    known = {code for field in note["profile"]["fields"].values() for code in field.get("values", {})}
    assert known == {"full"}
    words = {value for one in rows(40) for name, value in one.items() if len(value) > 3 and name != "Status"}
    assert [word for word in words if word in text] == []


def test_a_file_that_another_program_locks_is_put_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(tmp_path)
    deliver(site, csv_of(rows(11)))
    opened = Path.open

    def busy(path: Path, *arguments: object, **named: object) -> object:
        if path.name == "payroll.csv":
            raise OSError(errno.EBUSY, "device or resource busy")
        return opened(path, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", busy)
    prepared = night(site)
    assert reasons(prepared) == ["FILE_LOCKED"]
    assert sorted(prepared.deliveries["state"].to_pylist()) == ["deferred", "stands"]


def test_a_file_that_grows_while_it_is_looked_at_is_put_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fraudmatch.extract import arrival

    site = site_of(tmp_path)
    deliver(site, csv_of(rows(5)))

    def growing(path: Path, size: int) -> None:
        path.write_bytes(csv_of(rows(6)))

    monkeypatch.setattr(arrival, "_hold_described", growing)
    assert reasons(night(site)) == ["FILE_NOT_SETTLED"]


def test_all_faults_of_all_sharing_records_are_named_at_once(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    sharing(record(fields=("surname", "shoe_size"), end="2024-01-01", months=0))(site.root)
    (site.root / "partners" / OTHER / "sharing.toml").write_text(
        record(fields=("surname", "shoe_size"), end="2024-01-01") + "[rent_arrears]\n", encoding="utf-8"
    )
    with pytest.raises(SiteError) as raised:
        night(site)
    places = [f"{problem.file} {problem.where}" for problem in raised.value.problems]
    assert places == [
        "northshire/sharing.toml payroll.retention_months",
        "southshire/sharing.toml payroll.end",
        "southshire/sharing.toml payroll.fields",
        "southshire/sharing.toml payroll.fields",
        "southshire/sharing.toml rent_arrears",
    ]


def test_check_says_held_of_what_the_night_holds_for_its_form(tmp_path: Path) -> None:
    from catalogue.f_date_order import turned

    from fraudmatch.preflight import preflight

    site = site_of(tmp_path)
    deliver(site, turned(84))
    found = preflight(load_site(site.root))
    assert [(file["state"], file["received"], file["rejected"]) for file in found.delivered] == [
        ("held", 84, 84)
    ]
