"""The canary: what a partner sent and was set aside, and what its columns look like, reach no other partner.

Every cell of every rejected row, and the values that half of a column shares, carry a token of their sender. After a
whole night the tokens are looked for in everything that anybody else may read.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from cases import HEADINGS, MAPPING, OTHER, OWN, TONIGHT, row

from fraudmatch.cli import main
from fraudmatch.exercise import Night, run_night
from fraudmatch.site import load_site

MARKS = {OWN: "QxNORTH", OTHER: "QxSOUTH"}
TOKEN = re.compile(r"Qx(?:NORTH|SOUTH)\w*", re.IGNORECASE)


def bad_rows(mark: str) -> list[dict[str, str]]:
    """Rows without their reference, every other cell a token."""
    return [
        {
            heading: "" if heading == "Ref" else f"{mark}{number}x{place}"
            for place, heading in enumerate(HEADINGS)
        }
        for number in range(2)
    ]


def content(mark: str) -> bytes:
    """Forty sound rows that share titles and streets of their sender, two bad ones, and a line that is no row."""
    shared = {
        "Title": f"{mark}title",
        "Address": f"{mark}street",
        "Phone": f"{mark}phone",
        "NI_No": f"{mark}nino",
    }
    shared |= {"Sort_code": f"{mark}sort", "Account": f"{mark}account", "Email": f"{mark}@example.org"}
    sound = [row(number, **shared) for number in range(1, 41)]
    lines = [",".join(HEADINGS), *(",".join(one[h] for h in HEADINGS) for one in [*sound, *bad_rows(mark)])]
    return ("\r\n".join([*lines, f"{mark}torn,{mark}line"]) + "\r\n").encode()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Night, str]:
    """A whole night of two partners, and what it said while it ran."""
    root = tmp_path_factory.mktemp("canary")
    partners = "".join(f'[[partner]]\nid = "{name}"\nname = "{name.title()}"\n' for name in MARKS)
    (root / "site.toml").write_text(f'name = "Trial"\nas_at = {TONIGHT}\n{partners}', encoding="utf-8")
    for name, mark in MARKS.items():
        for folder in ("partners", "deliveries"):
            (root / folder / name).mkdir(parents=True)
        (root / "partners" / name / "payroll.toml").write_text(
            MAPPING + "\n[quarantine]\nhold_percent = 100\n"
        )
        (root / "deliveries" / name / "payroll.csv").write_bytes(content(mark))
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        made = run_night(load_site(root), say=said.write)
        for command in (["deliveries", str(root)], ["check", str(root)], ["check", str(root), "--json"]):
            with pytest.raises(SystemExit):
                main(command)
    return made, said.getvalue()


def texts(path: Path) -> str:
    """What a reader can get out of a file."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


def tokens(path: Path) -> set[str]:
    return set(TOKEN.findall(texts(path)))


def of(mark: str, found: set[str]) -> set[str]:
    return {token for token in found if token.upper().startswith(mark.upper())}


@pytest.mark.parametrize("partner", list(MARKS))
def test_a_partner_gets_back_every_cell_of_its_rejected_rows(night: tuple[Night, str], partner: str) -> None:
    folder = night[0].run.reports / partner / "to-correct"
    wanted = {cell for one in bad_rows(MARKS[partner]) for cell in one.values() if cell}
    for name in ("payroll.to-correct.xlsx", "payroll.to-correct.csv"):
        assert wanted <= tokens(folder / name)


@pytest.mark.parametrize("partner", list(MARKS))
def test_nobody_else_gets_any_of_it(night: tuple[Night, str], partner: str) -> None:
    reports = night[0].run.reports
    (other,) = (name for name in MARKS if name != partner)
    files = [
        path
        for path in reports.rglob("*")
        if path.is_file() and partner not in path.relative_to(reports).parts
    ]
    assert reports / "index.html" in files and reports / other / "deliveries" / "payroll.json" in files
    assert {
        path.name: of(MARKS[partner], tokens(path)) for path in files if of(MARKS[partner], tokens(path))
    } == {}


def test_page_of_the_hub_manifest_log_and_terminal_hold_no_value(night: tuple[Night, str]) -> None:
    made, said = night
    assert "payroll.csv" in said
    assert TOKEN.findall(said) == []
    for path in (made.run.reports / "index.html", made.run.folder / "manifest.json"):
        assert tokens(path) == set()


@pytest.mark.parametrize("partner", list(MARKS))
def test_the_profile_names_what_is_frequent_and_only_counts_what_is_restricted(
    night: tuple[Night, str], partner: str
) -> None:
    folder, mark = night[0].run.reports / partner / "deliveries", MARKS[partner]
    for name in ("payroll.html", "payroll.json"):
        assert tokens(folder / name) == {f"{mark}title", f"{mark}street"}
    told = {one["field"]: one for one in json.loads((folder / "payroll.json").read_text("utf-8"))["fields"]}
    assert told["address"]["top"] == [{"value": f"{mark}street", "rows": 40}]
    for field in ("phone", "email", "nino", "sort_code", "account", "source_ref"):
        assert told[field]["top"] is None and told[field]["filled"] == 100.0, field
    assert told["uprn"]["top"] is None  # a value of one row is a person


def test_rows_of_values_lie_where_their_owner_alone_can_read_them(night: tuple[Night, str]) -> None:
    run = night[0].run
    private = [run.tables / "sent_back.parquet", run.tables / "profiles.parquet"]
    private += [run.reports / name / folder for name in MARKS for folder in ("to-correct", "deliveries")]
    assert [path.name for path in private if path.stat().st_mode & 0o077] == []
