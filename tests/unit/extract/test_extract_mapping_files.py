from __future__ import annotations

from pathlib import Path

import pytest

from fraudmatch.errors import MappingError
from fraudmatch.extract import load_mapping

SOUND = """
dataset = "council_tax"
[file]
pattern = "CTAX_*.csv"
format = "delimited"
date_formats = ["%d/%m/%Y"]
[fields]
source_ref = "Ref"
"""


def faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    assert all(problem.file == "m.toml" for problem in caught.value.problems)
    return [f"{problem.where}: {problem.what} {problem.remedy}" for problem in caught.value.problems]


def test_the_page_of_the_manual_is_a_sound_mapping(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
    text = page.split("```toml\n")[1].split("```")[0]
    kept = [
        line
        for line in text.splitlines()
        if not line.startswith(("sheet", 'columns = ["REF"', "passported", "landlord", "hours"))
    ]
    text = (
        "\n".join(kept).replace("gross_pence", "charge_annual_pence").replace("date_added", "liability_start")
    )
    path = tmp_path / "page.toml"
    path.write_text(text, encoding="utf-8")
    mapping = load_mapping(path)
    assert mapping.council is not None
    assert mapping.fields["address"].with_ == ", "
    assert mapping.fields["date_of_birth"].date_parts == ("DOB_D", "DOB_M", "DOB_Y")


def test_the_second_part_of_the_manual_is_sound(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
    head = 'dataset = "payroll"\n[file]\npattern = "p*"\nformat = "delimited"\n'
    path = tmp_path / "page.toml"
    text = head + page.split("```toml\n")[2].split("```")[0] + 'source_ref = "Ref"\n'
    path.write_text(text, encoding="utf-8")
    fields = load_mapping(path).fields
    assert fields["account"].lost_zeros and fields["gross_to_date_pence"].required
    assert fields["hours_weekly_hundredths"].zero_values == ("NIL",)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('uprn = { column = "U", lost_zeros = true }', "fields.uprn.lost_zeros: is for account and sort_code"),
        ('surname = { column = "U", units = ["hrs"] }', "fields.surname.units: is for fields of kind integer or pence"),
        ('surname = { column = "U", required = true, optional = true }', "required can be neither optional"),
        ('rent = 1', "fields.rent"),
        ('charge_annual_pence = { column = "U", negative_marks = ["CR"], positive_marks = ["CR"] }',
         "CR cannot be a negative and a positive mark"),
        ('charge_annual_pence = { column = "U", negative_marks = ["KR"] }', "negative_marks"),
        ('liability_start = { column = "U", formats = ["excle"] }', "'excel' for the day numbers"),
    ],
)  # fmt: skip
def test_what_is_declared_must_make_sense(tmp_path: Path, entry: str, said: str) -> None:
    text = SOUND + entry + "\n"
    assert any(said in one for one in faults_of(tmp_path, text)), faults_of(tmp_path, text)


def test_defaults(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(SOUND, encoding="utf-8")
    mapping = load_mapping(path)
    assert (mapping.file.encoding, mapping.file.delimiter, mapping.file.quote) == (("utf-8",), ",", '"')
    assert mapping.file.has_header
    assert mapping.path == path


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("CTAX_*.csv", "CTAX_2026.csv", True),
        ("CTAX_*.csv", "ctax_.CSV", True),
        ("CTAX_*.csv", "CTAX_2026.csv.gz", False),
        ("CTAX_?.csv", "CTAX_12.csv", False),
        ("CTAX[1].csv", "CTAX[1].csv", True),
        ("CTAX[1].csv", "CTAX1.csv", False),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, name: str, fits: bool) -> None:
    path = tmp_path / "m.toml"
    path.write_text(SOUND.replace("CTAX_*.csv", pattern), encoding="utf-8")
    assert load_mapping(path).fits(name) is fits


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('dataset = "council_tax"', 'dataset = "counciltax"', "dataset: there is no data set 'counciltax'. Did you mean 'council_tax'?"),
        ('dataset = "council_tax"', "", "dataset: is missing."),
        ("[file]", "[filee]", "filee: unknown key. Did you mean 'file'?"),
        ("pattern", "patern", "file.patern: unknown key. Did you mean 'pattern'?"),
        ("delimited", "delimitd", "file.format: Input should be"),
        ('"delimited"', '"delimited"\ndelimiter = ";;"', "file.delimiter: delimiter is one ASCII character"),
        ('"delimited"', '"delimited"\ndelimiter = "\\""', "delimiter and quote are the same"),
        ('"delimited"', '"delimited"\nencoding = ["utf-9"]', "'utf-9' is no text encoding"),
        ('"delimited"', '"delimited"\nencoding = ["hex"]', "'hex' is no text encoding"),
        ('"delimited"', '"delimited"\nheader = false', "needs the names of the columns"),
        ('"delimited"', '"delimited"\ncolumns = { A = [1, 2] }', "are for fixed_width"),
        ('"delimited"', '"fixed_width"', "fixed_width needs columns"),
        ('"delimited"', '"fixed_width"\ncolumns = { A = [0, 2] }', "count from 1"),
        ("CTAX_*.csv", "in/CTAX_*.csv", "holds no folder"),
        ('["%d/%m/%Y"]', '["%d/%m/%Q"]', "%Q is not read here"),
        ('["%d/%m/%Y"]', '["%d/%m/%Y", "%m/%d/%Y"]', "read one text as different days"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\ndiscount_start = { column = "D", formats = ["%Y-%m"] }', "%Y-%m has no day"),
        ('source_ref = "Ref"', 'surname = "Ref"', "fields.source_ref: must be filled."),
        ('source_ref = "Ref"', 'source_ref = { column = "Ref", optional = true }', "cannot be optional"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nsurnmae = "S"', "no such field. Did you mean 'surname'?"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nsurname = { colum = "S" }', "fields.surname.colum: unknown key. Did you mean 'column'?"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nsurname = { column = "S", constant = "x" }', "in one way"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nsurname = {}', "in one way"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\ndate_of_birth = { day = "D", month = "M" }', "go together"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nsurname = { column = "S", formats = ["%d/%m/%Y"] }', "is for fields of kind date; this one is text"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nband = { join = ["A", "B"] }', "is for fields of kind text; this one is code"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nsurname = { column = "S", codes = { a = "b" } }', "fields.surname.codes: is for"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\ndiscount_type = { column = "D", codes = { X = "singleperson" } }', "Did you mean 'single_person'?"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nreduction_recipient = { column = "D", codes = { X = "yes" } }', "is no value of reduction_recipient"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nband = { constant = "Z" }', "must be one of A, B"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\nliability_start = { constant = "01/04/2026" }', "must be a date such as"),
        ('source_ref = "Ref"', 'source_ref = "Ref"\ncharge_annual_pence = { constant = "1.50" }', "must be whole pence"),
        ('date_formats = ["%d/%m/%Y"]', "[fields]\ndate_of_birth = \"DOB\"\n[ignore]", "no format is declared"),
    ],
)  # fmt: skip
def test_faults_name_the_key_and_the_mend(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = SOUND.replace(old, new)
    if "[ignore]" in new:
        text = text.replace('[ignore]\n[fields]\nsource_ref = "Ref"', 'source_ref = "Ref"')
    assert text != SOUND
    found = faults_of(tmp_path, text)
    assert any(said in fault for fault in found), found


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        'dataset = "council_tax"\nmood = 1\n[file]\npattern = "*"\nformat = "csv"\nskip_rows = -1\n'
        '[council]\ncolumn = "C"\n[fields]\nsurnmae = "S"\nband = { constant = "Z" }\n',
    )
    places = {fault.split(":")[0] for fault in found}
    assert places == {
        "mood", "file.format", "file.skip_rows", "council.codes", "fields.surnmae", "fields.band.constant",
        "fields.source_ref",
    }  # fmt: skip


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "ctax.toml").write_text(SOUND)
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path / "ctx.toml")
    assert "ctax.toml" in caught.value.remedy


def test_no_toml(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("dataset = ")
    with pytest.raises(MappingError, match="not a TOML file"):
        load_mapping(tmp_path / "m.toml")


@pytest.mark.parametrize("written", ['{ join = ["A1"] }', "[]", "1", "true", "2026-04-01", '""'])
def test_a_data_set_is_named_by_a_text(tmp_path: Path, written: str) -> None:
    found = faults_of(tmp_path, SOUND.replace('"council_tax"', written))
    assert any(fault.startswith("dataset: ") for fault in found), found
