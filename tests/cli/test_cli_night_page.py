"""`fraudmatch night`: the page of a night of the sample, run again with another delivery and another rule."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli import cli
from fraudmatch.errors import RunError
from fraudmatch.exercise import Night, run_night
from fraudmatch.shipped import shipped
from fraudmatch.site import load_site

#: What may identify somebody, as compared and as written; names alone are left to CANARY, for "March" is one too.
PERSONAL = (
    "source_ref", "name_as_written", "address_as_written", "nino", "phone", "email", "bank", "date_of_birth",
    "postcode",
)  # fmt: skip
CANARY = "Zyxquillby"


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@dataclass(frozen=True)
class Two:
    """A site with two nights, first and second by run id."""

    site: Path
    first: str
    second: str


@pytest.fixture(scope="module")
def two(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Two:
    site = tmp_path_factory.mktemp("nights") / "site"
    shutil.copytree(night.site.root, site)
    shutil.copy(night.site.root.parent / "outcomes.sqlite", site / "outcomes.sqlite")
    council_tax = site / "deliveries" / "cheltenham" / "CBC_CTAX_20260331.csv.gz"
    text = gzip.decompress(council_tax.read_bytes()).decode("utf-8-sig")
    rows = [row for place, row in enumerate(csv.reader(io.StringIO(text, newline=""))) if place % 9 != 4]
    discount, surname = rows[0].index("Discount"), rows[0].index("Surname")
    for row in rows[1::7]:
        row[discount], row[surname] = "No discount", CANARY
    changed = io.StringIO(newline="")
    csv.writer(changed, lineterminator="\r\n").writerows(rows)
    council_tax.write_bytes(gzip.compress(changed.getvalue().encode("utf-8-sig")))
    (site / "deliveries" / "tewkesbury" / "TBCWAITLIST_M12.csv").unlink()
    rule = (shipped("rules") / "council_tax" / "fm-ct-020.toml").read_text(encoding="utf-8")
    version = int(re.search(r"(?m)^version = (\d+)", rule)[1])
    told = rule.replace(f"version = {version}", f"version = {version + 1}", 1)
    (site / "rules").mkdir(exist_ok=True)
    (site / "rules" / "fm-ct-020.toml").write_text(told, encoding="utf-8")
    second = run_night(load_site(site), as_at=dt.date(2026, 4, 1))
    return Two(site, night.run.folder.name, second.run.folder.name)


@pytest.fixture(scope="module")
def page(two: Two, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("page") / "night.html"
    done = run("night", two.site, "--out", out)
    assert done.exit_code == 0, (done.output, done.exception)
    assert f"The page of night {two.second}; held against {two.first}." in done.stdout
    return out.read_text(encoding="utf-8")


def keys(two: Two, run_id: str) -> dict[str, str]:
    flags = pq.read_table(two.site / "runs" / run_id / "tables" / "flags.parquet")
    return dict(zip(flags["flag_key"].to_pylist(), flags["rule_id"].to_pylist(), strict=True))


def test_the_page_says_what_changed_and_of_what_cause(two: Two, page: str) -> None:
    now, then = keys(two, two.second), keys(two, two.first)
    new, gone = now.keys() - then.keys(), then.keys() - now.keys()
    assert gone and two.second in page and two.first in page
    foot = re.search(r'<tfoot><tr><th scope="row">All</th><td></td>(.*?)</tfoot>', page, re.S)[1]
    assert re.findall(r'number">([\d,]+)<', foot) == [f"{len(new):,}", f"{len(gone):,}"]
    causes = page[
        page.index('aria-label="Causes"') : page.index("<tfoot>", page.index('aria-label="Causes"'))
    ]
    counts = [tuple(map(int, re.findall(r'number">([\d,]+)<', row))) for row in causes.split("<tr>")[2:]]
    assert tuple(map(sum, zip(*counts, strict=True))) == (len(new), len(gone))
    shown = set(re.findall(r"<code>([0-9a-f]{12})</code> \((FM-[\w-]+)\)", causes))
    assert shown and all(
        any(key.startswith(begins) and rule == of for key, rule in (now | then).items())
        for begins, of in shown
    )
    assert "Record new or gone</th>" in causes and "Content changed</th>" in causes
    assert "rules/fm-ct-020.toml: " in page


def test_the_page_says_what_came(two: Two, page: str) -> None:
    look = page[page.index('id="look"') : page.index('id="deliveries"')]
    assert "Cheltenham Borough Council, Council tax: loaded, " in look and "fewer rows" in look
    assert "Tewkesbury Borough Council, Housing waiting list: stands" in look
    assert page.count("<svg") == 2 and "threshold 0.0" in page


def test_no_value_of_a_record_stands_on_the_page(two: Two, page: str) -> None:
    said = re.sub(r"<style>.*?</style>", "", page, flags=re.S).lower()
    words = set(re.findall(r"[\w@.+'-]+", said))
    assert CANARY.lower() not in said
    for run_id in (two.first, two.second):
        records = pq.read_table(two.site / "runs" / run_id / "tables" / "records.parquet")
        for column in PERSONAL:
            values = {str(value).lower() for value in records[column].unique().to_pylist() if value}
            spaced = {value for value in values if " " in value and value in said}
            assert not spaced and not words & {value for value in values if len(value) > 3}, column
    assert CANARY.upper() in records["surname"].to_pylist()


def test_the_same_nights_give_the_same_bytes_and_nothing_is_written_over(
    two: Two, page: str, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "again.html"
    manifests = {path: path.read_bytes() for path in two.site.glob("runs/*/manifest.json")}
    assert run("night", two.site, "--run", two.second, "--against", two.first, "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    again = run("night", two.site, "--out", out)
    assert again.exit_code == 2 and "is there already" in again.output
    assert manifests == {path: path.read_bytes() for path in two.site.glob("runs/*/manifest.json")}
    last = json.loads(run("audit", "list", two.site, "--json").stdout)["entries"][-1]
    assert (last["action"], last["object"], last["detail"]) == (
        "report.exported", two.second, {"night": 1, "against": two.first},
    )  # fmt: skip


def test_a_first_night_says_that_there_is_none_to_compare_with(two: Two, tmp_path: Path) -> None:
    out = tmp_path / "first.html"
    done = run("night", two.site, "--run", two.first, "--out", out)
    assert done.exit_code == 0 and "there is no night before it" in done.stdout
    text = out.read_text(encoding="utf-8")
    assert "there is no night to compare with" in text and "Such as" not in text


def test_a_night_that_is_not_there_or_is_the_same_is_refused(two: Two, tmp_path: Path) -> None:
    for args in (("--run", "nothing"), ("--against", "nothing"), ("--against", two.second)):
        done = run("night", two.site, *args, "--out", tmp_path / "x.html")
        assert isinstance(done.exception, RunError) and not (tmp_path / "x.html").exists()
