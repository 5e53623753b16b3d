"""The lists of restricted records: what is read, what is refused, and which records they mean."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from restricting import write_list

from fraudmatch.errors import SiteError
from fraudmatch.restricted import LIST_FILE, Listed, read_listed, standing_of
from fraudmatch.restricted.listed import Entry, keys_of
from fraudmatch.schemas import SENT_BACK
from fraudmatch.site import Partner, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    for partner in ("ashby", "brook"):
        (tmp_path / "partners" / partner).mkdir(parents=True)
    partners = (Partner(id="ashby", name="Ashby"), Partner(id="brook", name="Brook"))
    return Site(root=tmp_path, name="Two", as_at=None, partners=partners)


def listing(site: Site, text: str | bytes) -> None:
    path = site.root / "partners" / "ashby" / LIST_FILE
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)


def test_a_site_without_lists_restricts_nothing(site: Site) -> None:
    assert not read_listed(site) and read_listed(site).digest == "" and standing_of(site) == ()


def test_lists_of_all_partners_are_read_in_order(site: Site) -> None:
    write_list(site.root, "brook", [("council_tax", "B2"), ("payroll", "B1")])
    listing(site, "\ufeffdata_set,reference\r\ncouncil_tax, CT 7 \r\n\r\n,\r\nhousing_tenancy,E1")
    found = read_listed(site)
    assert found.entries == (
        Entry("ashby", "council_tax", "CT 7", 2),
        Entry("ashby", "housing_tenancy", "E1", 5),
        Entry("brook", "council_tax", "B2", 2),
        Entry("brook", "payroll", "B1", 3),
    )
    assert [one[0] for one in standing_of(site)] == ["ashby", "brook"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "row 1"),
        ("dataset,ref\n", "row 1"),
        ("data_set,reference,why\n", "row 1"),
        ("data_set,reference\ncouncil_tax\n", "row 2"),
        ("data_set,reference\ncouncil_tax,1,2\n", "row 2"),
        ("data_set,reference\ncouncil_tax,1\ncounciltax,2\n", "row 3"),
        ("data_set,reference\ncouncil_tax, \n", "row 2"),
        ("data_set,reference\ncouncil_tax,000\n", "row 2"),
    ],
)
def test_a_list_with_faults_is_refused_and_no_reference_is_told(site: Site, text: str, where: str) -> None:
    listing(site, text)
    with pytest.raises(SiteError) as raised:
        read_listed(site)
    assert [(one.file, one.where) for one in raised.value.problems] == [(LIST_FILE, where)]
    assert "counciltax" not in str(raised.value.problems)


@pytest.mark.parametrize(
    "content", [b"data_set,reference\ncouncil_tax,\xff\n", b'data_set,reference\n"council_tax,1\n']
)
def test_a_list_that_cannot_be_read_is_refused(site: Site, content: bytes) -> None:
    listing(site, content)
    with pytest.raises(SiteError, match="nothing is shown"):
        read_listed(site)


def test_a_folder_in_its_place_is_refused(site: Site) -> None:
    (site.root / "partners" / "ashby" / LIST_FILE).mkdir()
    with pytest.raises(SiteError, match="nothing is shown"):
        read_listed(site)


def key_of(reference: str) -> str:
    (key,) = keys_of(pa.array(["ashby"]), pa.array(["council_tax"]), pa.array([reference])).to_pylist()
    return str(key)


@given(st.text(alphabet="Ab0 9-/\u00a0\t", min_size=1, max_size=12), st.data())
def test_blanks_capitals_and_leading_zeros_make_no_difference(reference: str, data: st.DataObject) -> None:
    other = "".join(
        data.draw(st.sampled_from((sign, sign.upper(), sign.lower(), f" {sign}"))) for sign in reference
    )
    assert key_of(data.draw(st.sampled_from(("", "0", "000"))) + other) == key_of(reference)


@given(st.text(alphabet="ab19-", min_size=1, max_size=6), st.text(alphabet="ab19-", min_size=1, max_size=6))
def test_other_references_are_others(one: str, other: str) -> None:
    assert (key_of(one) == key_of(other)) == (one == other)


def records(*rows: tuple[str, str, str]) -> pa.Table:
    return pa.table(dict(zip(("partner", "dataset", "source_ref"), zip(*rows, strict=True), strict=True)))


def test_records_of_the_reference_in_that_data_set_of_that_partner_are_meant() -> None:
    listed = Listed((Entry("ashby", "council_tax", "ct 7", 2), Entry("ashby", "payroll", "X", 3)))
    table = records(
        ("ashby", "council_tax", "CT7"), ("ashby", "payroll", "CT7"), ("brook", "council_tax", "CT7"),
        ("ashby", "council_tax", "00CT7"), ("ashby", "council_tax", "CT77"),
    )  # fmt: skip
    assert listed.records(table).to_pylist() == [True, False, False, True, False]
    assert [one.row for one in listed.lacking(table)] == [3]


def test_the_digest_is_of_what_is_meant_and_of_nothing_else() -> None:
    one = Listed((Entry("ashby", "council_tax", "ct 7", 2),))
    assert one.digest == Listed((Entry("ashby", "council_tax", "0CT7", 9),)).digest
    assert one.digest != Listed((Entry("brook", "council_tax", "ct 7", 2),)).digest != ""


def test_rows_that_were_set_aside_are_kept_back_where_a_cell_or_the_line_has_a_reference() -> None:
    listed = Listed((Entry("ashby", "council_tax", "CT 07", 2),))

    def row(partner: str, cells: list[str] | None, line: str | None = None) -> dict[str, object]:
        fixed = {"slot": "s", "file": "f", "delivery": "d", "record": 1, "found_in": "d", "source_row": 1}
        return {**fixed, "partner": partner, "headings": ["a"], "cells": cells, "line": line}

    rows = [
        row("ashby", ["x", "ct07 "]), row("ashby", ["CT070"]), row("brook", ["CT07"]),
        row("ashby", None, 'broken "CT 07,line'), row("ashby", None, "other"), row("ashby", None),
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=SENT_BACK)
    assert listed.in_cells(table).to_pylist() == [True, False, False, True, False, False]
