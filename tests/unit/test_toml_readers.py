"""Every TOML file a person writes, with any value of any wrong kind at any key: only declared errors come of it.

Fuzzed bytes seldom stay TOML. Here each file stays one, and each place in it in turn holds what nobody meant.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from fraudmatch.committee import read_terms
from fraudmatch.errors import ConfigurationError
from fraudmatch.extract import load_mapping
from fraudmatch.intake.register import read_register
from fraudmatch.linkage import load_model
from fraudmatch.retention.holds import read_holds
from fraudmatch.scoring import load_library, read_overrides
from fraudmatch.scoring.drawn import example_problems
from fraudmatch.scoring.drawn_facts import undrawn_facts
from fraudmatch.scoring.lint import review_problems
from fraudmatch.scoring.lock import check_lock
from fraudmatch.scoring.rulefile import read_rule
from fraudmatch.scoring.rules import compile_rule
from fraudmatch.shipped import shipped
from fraudmatch.site import load_site

#: What is put in place of every value, beside leaving it out.
WRONG: tuple[Any, ...] = (
    {}, {"x": 1}, [], [1], [{}], ["x", 2], 0, -1, 10**30, 1.5, float("nan"), True, "", "x", "\x00", dt.date(2026, 3, 31),
    dt.datetime(2026, 3, 31, 12, 0), [[["x"]]],
)  # fmt: skip
LIBRARY = load_library([shipped("rules")])


def written(value: Any) -> str:
    """A value as TOML, tables on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return "nan" if value != value else repr(value)


def changed(value: Any) -> Iterator[Any]:
    """The value with one place of it left out or holding something else, for every place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            rest = {other: one for other, one in value.items() if other != key}
            yield rest
            yield from ({**value, key: wrong} for wrong in WRONG)
            yield from ({**value, key: one} for one in changed(inner))
        yield {**value, "no such key": 1}
    elif isinstance(value, list):
        for place, inner in enumerate(value[:2]):
            yield from ([*value[:place], wrong, *value[place + 1 :]] for wrong in WRONG)
            yield from ([*value[:place], one, *value[place + 1 :]] for one in changed(inner))


def hold(path: Path, sample: str, read: Callable[[], object], *, every: int = 1) -> None:
    """Read every change of the sample, or every so many, from `path`; the sample itself is sound."""
    whole = tomllib.loads(sample)
    tried = 0
    for one in [whole, *islice(changed(whole), 0, None, every)]:
        text = "".join(f"{json.dumps(key)} = {written(value)}\n" for key, value in one.items())
        assert tomllib.loads(text).keys() == one.keys()
        path.write_text(text, encoding="utf-8")
        try:
            read()
        except ConfigurationError as error:
            assert tried, f"the sample is not sound: {error}"
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}\n{text}") from error
        tried += 1
    assert tried > 100


@pytest.mark.parametrize(
    "name", ["tewkesbury/shared_payroll", "cotswold/council_tax", "west_oxfordshire/payment"]
)
def test_mappings(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    sample = (shipped("sample_data") / "partners" / f"{name}.toml").read_text(encoding="utf-8")
    hold(path, sample, lambda: load_mapping(path))


MAPPING = """
dataset = "council_tax"
note = "all there is"
[file]
pattern = "ctax*.csv"
format = "delimited"
compression = "zip"
member = "*.csv"
encoding = ["utf-8", "cp1252"]
delimiter = ";"
quote = "'"
header = true
skip_rows = 1
date_formats = ["%d/%m/%Y"]
money = "pence"
negative_marks = ["CR"]
positive_marks = ["DR"]
null_values = ["NULL"]
short_rows = "fill"
long_rows = "empty"
escape = "\\\\"
footers = ["Page *"]
[file.trailer]
mark = "T"
rows = 2
total = 3
of = "charge_annual_pence"
[council]
column = "Council"
codes = { A = "avon" }
[ignore]
columns = ["Printed"]
forbidden = ["Health"]
[delivery]
name = "ctax_{date}_{part}of{parts}.csv"
date_format = "%Y%m%d"
parts = 3
due_days = 35
may_be_empty = true
same_reference = "allow"
[quarantine]
hold_percent = 50
[fields]
source_ref = "Ref"
surname = "Surname"
uprn = { column = "U", optional = true }
date_of_birth = { day = "D", month = "M", year = "Y" }
address = { join = ["A1", "A2"], with = ", " }
liability_start = { column = "From", formats = ["%Y-%m-%d"], required = true }
charge_annual_pence = { column = "Charge", money = "pounds", zero_values = ["NIL"], units = ["GBP"] }
account = { column = "Acc", lost_zeros = true }
discount_type = { column = "Disc", codes = { SPD = "single_person", "" = "none" } }
band = { constant = "A" }
"""


def test_a_mapping_with_everything_in_it(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    hold(path, MAPPING, lambda: load_mapping(path), every=5)


SITE = """
name = "A partnership"
as_at = 2026-03-31
sharing = "required"
settle_seconds = 5
[[partner]]
id = "avon"
name = "Avon"
contact = "somebody@avon.example"
[limits]
memory_mb = 2048
cpu_seconds = 10
wall_seconds = 10
file_mb = 10
expanded_mb = 10
[[override]]
rule = "FM-CT-001"
partner = "avon"
points = { base = 30 }
by = "Revenues manager"
on = 2026-02-10
why = "Too many."
[[override]]
rule = "FM-CT-002"
partner = "all"
least_points = 60
by = "Revenues manager"
on = 2026-02-10
why = "Too many."
"""


def test_sites(tmp_path: Path) -> None:
    def read() -> None:
        site = load_site(tmp_path)
        read_overrides(site.overrides, site.partner_ids, LIBRARY)

    hold(tmp_path / "site.toml", SITE, read)


SHARING = """
[payroll]
purpose = "To compare"
gateway = "An Act"
notice_version = "1"
notice_declared_by = "An officer"
notice_declared_on = 2026-01-31
fields = ["source_ref", "surname"]
retention_months = 24
start = 2026-04-01
review = 2027-01-31
end = 2029-03-31
forbidden_columns = ["*health*"]
"""


def test_sharing_records(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'name = "A"\n[[partner]]\nid = "avon"\nname = "Avon"\ncontact = "a@b.example"\n'
    )
    (tmp_path / "partners/avon").mkdir(parents=True)
    site = load_site(tmp_path)
    hold(tmp_path / "partners/avon/sharing.toml", SHARING, lambda: read_register(site))


HOLDS = """
[[hold]]
partner = "avon"
data_set = "payroll"
reference = "A1"
reason = "A claim"
by = "Legal"
until = 2027-03-31
[[hold]]
night = "2026-03-31-a"
reason = "A claim"
by = "Legal"
until = 2027-03-31
"""

COMMITTEE = """
officer_hour_pounds = 34.5
[[contact]]
service = "payroll"
partner = "avon"
contact = "a@b.example"
[[contact]]
service = "payroll"
contact = "c@b.example"
[[year]]
partner = "avon"
ends = 2026-03-31
powers_used = 12
staff = 4
staff_fte = 3.4
accredited = 2
accredited_fte = 1.8
spend_pounds = 182000
cases_investigated = 214
"""


@pytest.mark.parametrize("name", ["holds", "committee"])
def test_files_beside_the_site_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('name = "A"\n[[partner]]\nid = "avon"\nname = "Avon"\n')
    site = load_site(tmp_path)
    if name == "holds":
        hold(site.holds_file, HOLDS, lambda: read_holds(site, dt.date(2026, 4, 1)))
    else:
        hold(site.committee_file, COMMITTEE, lambda: read_terms(site, {"payroll"}))


@pytest.mark.parametrize("rule_id", ["FM-CT-001", "FM-CT-090", "FM-CP-003"])
def test_rules(rule_id: str, tmp_path: Path) -> None:
    path = tmp_path / f"{rule_id.lower()}.toml"
    (shipped_path,) = shipped("rules").rglob(path.name)
    hold(path, shipped_path.read_text(encoding="utf-8"), lambda: _read_rule(path), every=5)


def _read_rule(path: Path) -> None:
    file = read_rule(path, path.name)
    if isinstance(file, list):
        assert all(problem.what for problem in file)
        return
    rule = compile_rule(file, path.name, LIBRARY.parameters, LIBRARY.values)
    if isinstance(rule, list):
        assert all(problem.what for problem in rule)
        return
    if example_problems(rule):
        return
    undrawn_facts(replace(LIBRARY, rules=(rule,)))
    review_problems(file, path.name)


@pytest.mark.parametrize("kind", ["parameters", "values"])
def test_dated_numbers(kind: str, tmp_path: Path) -> None:
    (tmp_path / kind).mkdir()
    sample = next(iter(sorted((shipped("rules") / kind).glob("*.toml")))).read_text(encoding="utf-8")
    few = dict(list(tomllib.loads(sample).items())[:2])
    text = "".join(f"{key} = {written(value)}\n" for key, value in few.items())
    hold(tmp_path / kind / "some.toml", text, lambda: load_library([tmp_path]))


def test_locks(tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    (source,) = shipped("rules").rglob("fm-ct-001.toml")
    (tmp_path / "area" / source.name).write_bytes(source.read_bytes())
    known = list(tomllib.loads((shipped("rules") / "lock.toml").read_text(encoding="utf-8")).items())[:3]
    text = "".join(f"{json.dumps(name)} = {written(locked)}\n" for name, locked in known)
    hold(tmp_path / "lock.toml", text, lambda: check_lock(tmp_path))


@pytest.mark.parametrize("name", ["organisation_v1", "payment_v1", "person_v1", "property_v1"])
def test_models(name: str, tmp_path: Path) -> None:
    import fraudmatch.linkage

    sample = (Path(fraudmatch.linkage.__file__).parent / "models" / f"{name}.toml").read_text(
        encoding="utf-8"
    )
    path = tmp_path / "model.toml"
    hold(path, sample, lambda: load_model(path), every=5)
