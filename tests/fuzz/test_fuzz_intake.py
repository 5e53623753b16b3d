"""Whatever a file, a cell or a mapping says, nothing breaks but in the errors we declare."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from fuzzing import fuzz

from fraudmatch.errors import ConfigurationError
from fraudmatch.extract import Mapping, extract_file, load_mapping
from fraudmatch.extract.counter import count_records
from fraudmatch.extract.draft import draft_mapping
from fraudmatch.extract.draft_rows import parsed_by_draft
from fraudmatch.extract.grid import Refused
from fraudmatch.extract.records import find_records
from fraudmatch.extract.sniff import sniff
from fraudmatch.extract.values.dates import parse_dates
from fraudmatch.extract.values.numbers import parse_amounts, parse_whole
from fraudmatch.normalise import addresses, contacts, identifiers, joint, names, organisations, postcodes

DELIMITED = """
dataset = "council_tax"
note = "fuzzed"
[file]
pattern = "*"
format = "delimited"
encoding = ["utf-8", "cp1252"]
date_formats = ["%d/%m/%Y", "%Y-%m-%d"]
null_values = ["NULL"]
short_rows = "fill"
footers = ["Page *"]
[file.trailer]
mark = "T"
rows = 2
total = 3
of = "charge_annual_pence"
[ignore]
columns = ["Printed"]
forbidden = ["Health"]
[quarantine]
hold_percent = 50
[fields]
source_ref = "Ref"
surname = "Surname"
date_of_birth = "DOB"
address = { join = ["A1", "A2"], with = ", " }
charge_annual_pence = { column = "Charge", optional = true }
discount_type = { column = "Disc", codes = { SPD = "single_person", "" = "none" } }
"""
FIXED = """
dataset = "council_tax"
[file]
pattern = "*"
format = "fixed_width"
date_formats = ["%d%m%Y"]
columns = { Ref = [1, 4], Surname = [5, 8], DOB = [13, 8] }
record_types = { rows = ["D001", "D002"], skip = ["H"] }
[fields]
source_ref = "Ref"
surname = "Surname"
date_of_birth = "DOB"
"""
FILE = (
    'Ref,Surname,DOB,A1,A2,Charge,Disc,Printed\r\n1,Testa,31/01/1980,"1 High St, Top",Town,"1,234.50",SPD,x\r\n'
    '2,"O""Neil",1980-01-31,"2 Low\nSt",,£12.00,,\r\n\r\n,,,,,,,\r\nPage 2\r\n3,Siân,NULL,,,(5.00),,\r\nT,3,1251.50\r\n'
).encode()
LINES = b"H\r\nD001Testa   31011980\r\nD002Testb   31011980\r\n\r\n"


def _file(mapping: Mapping, path: Path) -> Callable[[bytes], None]:
    def target(content: bytes) -> None:
        path.write_bytes(content)
        file = extract_file(path, mapping, partner="avon", partner_ids=["avon"])
        row = file.delivery.to_pylist()[0]
        assert row["received"] == row["loaded"] + row["rejected"]
        assert row["loaded"] == file.received.num_rows

    return target


@pytest.mark.parametrize(
    ("mapping", "samples"),
    [(DELIMITED, (FILE, FILE.decode().encode("utf-16"), FILE.replace(b",", b"|"))), (FIXED, (LINES,))],
    ids=["delimited", "fixed width"],
)
def test_files(mapping: str, samples: tuple[bytes, ...], tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    assert fuzz(_file(load_mapping(path), tmp_path / "file"), samples) > 10


def test_scanner_and_count_agree() -> None:
    def target(content: bytes) -> None:
        for escape in ("", "\\"):
            found, counted = find_records(content, escape=escape), count_records(content, escape=escape)
            assert len(found.starts) == counted.records
            assert b"".join(content[a:b] for a, b in zip(found.starts, found.ends, strict=True)) == content

    assert fuzz(target, (FILE, b'a,"b\nc"\r\n', b'"a"b,"c""\n')) > 10


def test_dialects() -> None:
    def target(content: bytes) -> None:
        if content:
            sniff(content, "*.csv")

    assert fuzz(target, (FILE, LINES, FILE.replace(b",", b"\t")), allowed=(Refused,)) > 10


def test_dates_and_amounts() -> None:
    formats = ("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%d%m%Y", "%d/%m/%y")

    def target(content: bytes) -> None:
        texts = pa.array([content.decode("utf-8", "replace")[:200], "1"])
        for read in (parse_dates(texts, formats), parse_amounts(texts, "pounds"), parse_amounts(texts, "pence"),
                     parse_whole(texts, 100)):  # fmt: skip
            assert len(read) == 2

    samples = (
        b"31/01/1980",
        b"1980-01-31",
        b"31 Jan 1980",
        b"31011980",
        b"1,234.50",
        b"(5.00)",
        b"5.00 CR",
        b"45.099999999999994",
    )
    assert fuzz(target, samples) > 10


CLEANERS = {
    "names": (names.read_forenames, names.read_surname, names.read_full_name, names.title, joint.split_joint,
              organisations.read_organisation, organisations.names_organisation),
    "addresses": (addresses.read_address, addresses.street, postcodes.read_postcode, postcodes.postcode_at_end),
    "identifiers": (identifiers.read_nino, identifiers.read_uprn, identifiers.read_sort_code, identifiers.read_account,
                    identifiers.read_company_number, identifiers.read_charity_number, identifiers.read_vat_number,
                    contacts.read_phone, contacts.read_email),
}  # fmt: skip
CELLS = tuple(
    cell.encode()
    for cell in ("Mr & Mrs J O'Brien-Smith", "VAN DER BERG, Anna Maria", "The Executors of the late A Test", "Testa Ltd T/A Corner",
                 "Flat 2, 10-12 High Street, Exampleton, GL50 1AA", "Dr. Siân Llŷr MBE", "AB123456C", "100012345678",
                 "12-34-56", "+44 (0)1632 960001", "a.b@example.org", "SC123456", "GB 123 4567 89")
)  # fmt: skip


@pytest.mark.parametrize("which", sorted(CLEANERS))
def test_cleaners(which: str) -> None:
    def target(content: bytes) -> None:
        text = content.decode("utf-8", "replace")[:2_000]
        for cleaner in CLEANERS[which]:
            cleaner(text)

    assert fuzz(target, CELLS) > 10


def test_mappings(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"

    def target(content: bytes) -> None:
        path.write_bytes(content)
        load_mapping(path)

    assert fuzz(target, (DELIMITED.encode(), FIXED.encode()), allowed=(ConfigurationError,)) > 10


def test_drafts(tmp_path: Path) -> None:
    """A draft is TOML whatever the file is, and what it reads of its own file adds up."""
    path = tmp_path / "file.csv"

    def target(content: bytes) -> None:
        path.write_bytes(content)
        text = draft_mapping(path)
        tomllib.loads(text)
        read = parsed_by_draft(path, text)
        if read is not None:
            row = read.delivery.to_pylist()[0]
            assert row["received"] == row["loaded"] + row["rejected"]

    samples = (FILE, LINES, FILE.replace(b",", b";"), FILE.decode().encode("utf-16"))
    assert fuzz(target, samples, allowed=(ConfigurationError,)) > 10
