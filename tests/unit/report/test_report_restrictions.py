"""What may be matched on and never printed says so in every table, and is in no report."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudmatch import schemas
from fraudmatch.exercise import Night, run_night
from fraudmatch.sample import generate
from fraudmatch.site import load_site

#: How the sample writes telephone numbers, and any e-mail address.
PHONE, EMAIL = re.compile(r"(?:\+44|0)[\d ]{9,13}"), re.compile(r"[^\s<>\",;@]+@[^\s<>\",;@]+")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("restricted") / "site"
    generate(folder, people=1_500, seed=4)
    shutil.rmtree(folder / "answer_key")
    return run_night(load_site(folder))


def mark(schema: pa.Schema, column: str) -> bytes | None:
    return (schema.field(column).metadata or {}).get(schemas.RESTRICTION)


def texts_of(path: Path) -> str:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return " ".join(book.read(name).decode("utf-8") for name in book.namelist())
    return path.read_text(encoding="utf-8-sig")


def printed(text: str) -> tuple[set[str], set[str]]:
    """Telephone numbers (digits, 0 for +44) and e-mail addresses (lower case) in a text."""
    phones = {"0" + re.sub(r"\D", "", one).removeprefix("44").lstrip("0") for one in PHONE.findall(text)}
    return phones, {one.lower() for one in EMAIL.findall(text)}


def test_every_kept_table_says_what_may_not_be_printed(night: Night) -> None:
    seen = 0
    for path in sorted(night.run.tables.glob("*.parquet")) + sorted(
        night.site.accepted_folder.rglob("*.parquet")
    ):
        schema = pq.read_schema(path)
        for column in schemas.MATCH_ONLY & set(schema.names):
            assert b"match only" in (mark(schema, column) or b""), (path.name, column)
            seen += 1
    assert seen > 40


def test_rows_of_the_electoral_register_carry_their_restriction(night: Night) -> None:
    kept = sorted(night.site.accepted_folder.rglob("electoral_register/*.parquet"))
    tables = [night.run.tables / "details_electoral_register.parquet", *kept]
    assert len(tables) == 6
    for path in tables:
        assert b"electoral register" in (pq.read_schema(path).metadata or {}).get(schemas.RESTRICTION, b"")


def test_no_report_prints_a_telephone_number_or_an_e_mail_address_of_a_record(night: Night) -> None:
    phones = set(night.prepared.records["phone"].drop_null().to_pylist())
    emails = set(night.prepared.records["email"].drop_null().to_pylist())
    assert len(phones) > 100 and len(emails) > 20
    files = [path for path in night.files if path.suffix in (".csv", ".html", ".json", ".xlsx")]
    files.append(night.run.folder / "manifest.json")
    for path in files:
        found = printed(texts_of(path))
        assert not found[0] & phones and not found[1] & emails, path.name


def test_an_explanation_of_a_flag_that_rests_on_a_telephone_number_does_not_print_it(night: Night) -> None:
    flags = night.scored.flags.to_pylist()
    key = next(flag["flag_key"] for flag in flags if flag["relation"] in ("phone", "email", "person"))
    phones = set(night.prepared.records["phone"].drop_null().to_pylist())
    said = subprocess.run(
        [sys.executable, "-m", "fraudmatch", "explain", str(night.site.root), key],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not printed(said.stdout)[0] & phones


def test_the_finder_of_this_test_finds(night: Night) -> None:
    number = night.prepared.records["phone"].drop_null()[0].as_py()
    written = f"+44 {number[1:5]} {number[5:]}"
    assert printed(f"<td>{number}</td>")[0] == {number} == printed(written)[0]
    assert printed("see A.Person@Example.org;")[1] == {"a.person@example.org"}
