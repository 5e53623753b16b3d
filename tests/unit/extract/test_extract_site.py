from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fraudmatch import schemas
from fraudmatch.errors import MappingError, SiteError
from fraudmatch.extract import extract
from fraudmatch.extract.docs import datasets_page
from fraudmatch.preflight import preflight
from fraudmatch.site import Site, load_site

MAPPING = """
dataset = "{dataset}"
[file]
pattern = "{pattern}"
format = "delimited"
date_formats = ["%d/%m/%y"]
[fields]
source_ref = "Ref"
surname = "Surname"
date_of_birth = "DOB"
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    write(tmp_path / "site.toml", 'name = "T"\nas_at = 2026-04-01\n[[partner]]\nid = "brent"\nname = "B"\n'
          '[[partner]]\nid = "avon"\nname = "A"\n')  # fmt: skip
    write(tmp_path / "partners/avon/tax.toml", MAPPING.format(dataset="council_tax", pattern="tax*.csv"))
    write(
        tmp_path / "partners/avon/roll.toml",
        MAPPING.format(dataset="electoral_register", pattern="roll*.csv"),
    )
    write(tmp_path / "partners/brent/tax.toml", MAPPING.format(dataset="council_tax", pattern="tax*.csv"))
    write(tmp_path / "deliveries/avon/tax_2.csv", "Ref,Surname,DOB\n9,Testa,01/01/45\n2,Testb,\n")
    write(tmp_path / "deliveries/avon/tax_1.csv", "Ref,Surname,DOB\n5,Testc,\n,Testd,\n")
    write(tmp_path / "deliveries/brent/tax.csv", "Ref,Surname,DOB\n1,Teste,\n")
    write(tmp_path / "deliveries/brent/other.csv", "a,b\n1,2\n")
    write(tmp_path / "deliveries/brent/.hidden", "")
    return load_site(tmp_path)


def test_everything_is_put_together_in_order(site: Site) -> None:
    out = extract(site)
    assert list(out.received) == ["council_tax"]
    tax = out.received["council_tax"]
    assert tax.schema == schemas.received_schema("council_tax")
    rows = tax.select(["partner", "source_ref", "source_row"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("avon", "2", 3),
        ("avon", "5", 2),
        ("avon", "9", 2),
        ("brent", "1", 2),
    ]
    assert out.deliveries.schema == schemas.DELIVERIES
    files = [(row["partner"], row["file"], row["state"]) for row in out.deliveries.to_pylist()]
    assert files == [("avon", "tax_1.csv", "loaded"), ("avon", "tax_2.csv", "loaded"), ("brent", "tax.csv", "loaded"),
                     ("brent", "other.csv", "refused")]  # fmt: skip
    assert out.rejects.schema == schemas.REJECTS
    assert out.rejects["reason"].to_pylist() == ["KEY_MISSING", "CENTURY_INFERRED", "FILE_NO_MAPPING"]


def test_two_digit_years_follow_the_date_of_the_site(site: Site) -> None:
    births = extract(site).received["council_tax"]["date_of_birth"].to_pylist()
    assert str(births[2]) == "1945-01-01"


def test_the_place_of_the_site_does_not_matter(site: Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "copy"
    shutil.copytree(site.root, elsewhere)
    one, two = extract(site), extract(load_site(elsewhere))
    assert one.received["council_tax"].equals(two.received["council_tax"])
    assert one.rejects.equals(two.rejects)


def test_only_some_partners(site: Site) -> None:
    out = extract(site, partners=["brent"])
    assert set(out.deliveries["partner"].to_pylist()) == {"brent"}
    with pytest.raises(SiteError, match="brant") as caught:
        extract(site, partners=["brant"])
    assert "brent" in caught.value.remedy


def test_an_empty_site(tmp_path: Path) -> None:
    write(tmp_path / "site.toml", 'name = "T"\n[[partner]]\nid = "avon"\nname = "A"\n')
    out = extract(load_site(tmp_path))
    assert (out.received, out.rejects.num_rows, out.deliveries.num_rows) == ({}, 0, 0)


def test_two_mappings_for_one_file(site: Site) -> None:
    write(site.root / "partners/avon/all.toml", MAPPING.format(dataset="council_tax", pattern="*_1.csv"))
    with pytest.raises(MappingError, match=r"tax_1\.csv fits more than one mapping: all\.toml and tax\.toml"):
        extract(site)


def test_faults_of_all_mappings_of_all_partners_come_at_once(site: Site) -> None:
    write(site.root / "partners/avon/tax.toml", "dataset = 1")
    council = '[council]\ncolumn = "C"\ncodes = { X = "brant" }\n'
    write(site.root / "partners/brent/tax.toml", MAPPING.format(dataset="council_tax", pattern="*") + council)
    with pytest.raises(MappingError) as caught:
        extract(site)
    files = {problem.file for problem in caught.value.problems}
    assert files == {"avon/tax.toml", "brent/tax.toml"}
    assert any("Did you mean 'brent'?" in problem.remedy for problem in caught.value.problems)


def test_preflight_groups_faults_and_names_idle_mappings(site: Site) -> None:
    found = preflight(site)
    assert found.idle_mappings == ("avon/roll.toml",)
    assert found.unused == 3  # two different files fit one mapping: neither is used
    assert [(f.file, f.reason, f.rows, f.first_rows) for f in found.findings] == [
        ("tax_1.csv", "AMBIGUOUS_DELIVERY", 1, ()),
        ("tax_1.csv", "KEY_MISSING", 1, (3,)),
        ("tax_2.csv", "AMBIGUOUS_DELIVERY", 1, ()),
        ("tax_2.csv", "CENTURY_INFERRED", 1, (2,)),
        ("other.csv", "FILE_NO_MAPPING", 1, ()),
    ]


def test_the_page_of_data_sets_is_in_step_with_the_schemas() -> None:
    page = Path(__file__).parents[3] / "docs" / "datasets.md"
    assert page.read_text(encoding="utf-8") == datasets_page()
