"""What a partner is told of its own delivery: figures, frequent values, and what moved since last time."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from cases import MAPPING, OWN, TONIGHT, Case, Expected, csv_of, lay_out, row, rows

from fraudmatch import schemas
from fraudmatch.exercise import Prepared, Stopwatch, prepare
from fraudmatch.intake.described import top_values
from fraudmatch.report.delivery_profile import DeliveryProfile, as_json, delivery_profiles, per_cent, share


def tonight(
    tmp_path: Path, now: list[dict[str, str]], before: list[dict[str, str]] | None = None
) -> Prepared:
    then = None if before is None else lambda: csv_of(before)
    case = Case(1, "profile", lambda: csv_of(now), Expected("loaded"), before=then, mapping=MAPPING)
    return prepare(lay_out(tmp_path, case), TONIGHT, Stopwatch(), lambda _: None)


def told(prepared: Prepared) -> tuple[DeliveryProfile, Any]:
    night: Any = SimpleNamespace(
        profiles=prepared.profiles,
        deliveries=prepared.deliveries,
        site_name="Trial",
        as_at=TONIGHT,
        run_id="r",
    )
    (profile,) = delivery_profiles(night, OWN, prepared.rejects)
    return profile, night


def test_a_share_that_fell_is_told_in_words(tmp_path: Path) -> None:
    blank = [row(number, **({"DOB": ""} if number <= 4 else {})) for number in range(1, 101)]
    profile, _ = told(tonight(tmp_path, blank, rows(101)))
    assert profile.changes == ("100 rows (101 before)", "Date of birth: filled in 96 % (was 100 %)")
    assert profile.before == dt.date(2026, 2, 28) and profile.state == "loaded"


def test_the_first_extract_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    profile, _ = told(tonight(tmp_path, rows(20)))
    assert profile.changes == () and profile.before is None
    assert all(field.filled_before is None for field in profile.fields)


def test_a_held_delivery_is_described_as_well(tmp_path: Path) -> None:
    profile, _ = told(tonight(tmp_path, rows(30), rows(100)))
    assert (profile.state, profile.rows, profile.rows_before) == ("held", 30, 100)


def test_placeholders_and_wrong_forms_are_shares_of_what_is_filled(tmp_path: Path) -> None:
    odd = [row(1, DOB="01/01/1900"), row(2, Postcode="nowhere"), row(3, DOB=""), row(4), row(5)]
    profile, _ = told(tonight(tmp_path, odd))
    fields = {field.field: field for field in profile.fields}
    assert (fields["date_of_birth"].filled, fields["date_of_birth"].placeholders) == (80.0, 25.0)
    assert (fields["postcode"].filled, fields["postcode"].sound) == (100.0, 80.0)


def test_json_holds_what_the_page_holds(tmp_path: Path) -> None:
    profile, night = told(tonight(tmp_path, rows(20), rows(21)))
    read = json.loads(as_json(profile, night))
    assert (read["as_at"], read["before"], read["rows"]) == ("2026-03-31", "2026-02-28", 20)
    assert [one["field"] for one in read["fields"]] == [one.field for one in profile.fields]
    assert next(one for one in read["fields"] if one["field"] == "address")["column"] == "Address"


FIELDS = {field.name: field for field in schemas.DATASETS["payroll"].fields}


def top(name: str, values: list[Any], dataset: str = "payroll") -> list[tuple[str, int]] | None:
    found = top_values(dataset, FIELDS[name], pa.chunked_array([pa.array(values)]))
    return None if found is None else [(one["value"], one["rows"]) for one in found]


def test_values_of_fewer_than_five_rows_are_not_named() -> None:
    assert top("surname", ["ALDER"] * 6 + ["BIRCH"] * 5 + ["CEDAR"] * 4) == [("ALDER", 6), ("BIRCH", 5)]


def test_a_column_that_hardly_repeats_itself_is_not_named() -> None:
    assert top("surname", ["ALDER"] * 9 + [f"N{number}" for number in range(12)]) is None


def test_five_values_are_named_and_the_alphabet_settles_draws() -> None:
    values = [name for name in "GFEDCBA" for _ in range(5)] + ["Z"] * 6
    assert top("surname", values) == [("Z", 6), ("A", 5), ("B", 5), ("C", 5), ("D", 5)]


@pytest.mark.parametrize("name", ["phone", "email", "nino", "sort_code", "account", "source_ref"])
def test_what_is_restricted_is_counted_alone(name: str) -> None:
    assert top(name, ["SAME"] * 50) is None


def test_a_data_set_whose_use_is_restricted_is_counted_alone() -> None:
    assert top("surname", ["ALDER"] * 50, "electoral_register") is None


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 9, "0 %"),
        (9, 9, "100 %"),
        (1, 100_000, "0.1 %"),
        (99_999, 100_000, "99.9 %"),
        (48, 50, "96 %"),
        (0, 0, "–"),
    ],
)
def test_none_and_all_are_said_of_none_and_all_alone(part: int, whole: int, words: str) -> None:
    assert per_cent(share(part, whole)) == words
