"""`fraudmatch rules try`, `rules diff` and overrides, on a night of the sample."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli.rules import command
from fraudmatch.errors import FraudmatchError
from fraudmatch.exercise import Night
from fraudmatch.inputs import rule_folders
from fraudmatch.kept import read_night, write_reports
from fraudmatch.rulebook.again import Rerun
from fraudmatch.rulebook.outline import outline
from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped


def run(*arguments: object) -> Result:
    done = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def changed(folder: Path, *changes: tuple[str, str], rule: str = "council_tax/fm-ct-001.toml") -> Path:
    text = (shipped("rules") / rule).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / Path(rule).name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_run_again_over_a_night_give_what_it_published(night: Night) -> None:
    kept, library = read_night(night.site), load_library(rule_folders(night.site))
    sent = {"payment", *kept.prepared.records["dataset"].to_pylist()}
    rules = [
        rule for rule in library.rules if {rule.file.pair.left, rule.file.pair.right or "payment"} <= sent
    ]
    assert len(rules) == len(library.rules), "some partner sends every data set of a rule"
    scored, overruled = Rerun(kept)(rules, library)
    assert scored.flags.equals(kept.flags) and kept.flags.num_rows > 300
    assert scored.held.equals(kept.held) and overruled.equals(kept.overruled)


def test_try_an_unchanged_rule_keeps_every_flag(night: Night, tmp_path: Path) -> None:
    out = run("try", "fm-ct-002", night.site.root, "--csv", tmp_path / "f.csv").output
    rows = rows_of(tmp_path / "f.csv")
    assert {row["Change"] for row in rows} == {"kept"} and len(rows) >= 10
    assert "Of those kept, 0 have other points than before." in out
    assert all(row["Points"] == row["Points before"] for row in rows)
    assert all("discount" in row["Left details"] for row in rows)


def test_try_a_changed_rule_tells_what_it_gains_and_loses(night: Night, tmp_path: Path) -> None:
    looser = changed(
        tmp_path / "drafts",
        ('unless = ["left_behind", "gone"]', 'unless = ["gone"]'),
        ("like_name = -25\n", "like_name = -25\nleft_behind = -5\n"),
        ('expect = { flagged = false, held = "left_behind" }', "expect = { flagged = true }"),
        (" and adult_elector", " and adult_elector and long_standing"),
        ("expect = { flagged = true, points = 40 }", "expect = { flagged = false }"),
    )

    def files() -> dict[Path, bytes]:
        """All but the store, whose ledger says that records were shown."""
        found = [path for path in night.site.root.rglob("*") if path.is_file() and path.suffix != ".sqlite"]
        return {path: hashlib.sha256(path.read_bytes()).digest() for path in found}

    before = files()
    out = run("try", looser, night.site.root, "--csv", tmp_path / "f.csv").output
    assert files() == before
    rows = rows_of(tmp_path / "f.csv")
    published = read_night(night.site).flags.to_pylist()
    had = {row["flag_key"] for row in published if row["rule_id"] == "FM-CT-001"}
    by = {
        kind: {row["Flag key"] for row in rows if row["Change"] == kind}
        for kind in ("gained", "lost", "kept")
    }
    assert by["lost"] | by["kept"] == had and not by["gained"] & had
    assert by["gained"] and by["lost"] and by["kept"]
    assert "Held back" in out and "left_behind" not in out
    assert "does not say how many" in out or "The rule says" in out


def test_try_a_new_rule_prints_commands_that_explain_its_flags(night: Night, tmp_path: Path) -> None:
    own = changed(tmp_path, ('id = "FM-HT-003"', 'id = "FM-XX-003"'), rule="housing/fm-ht-003.toml")
    own = own.rename(tmp_path / "fm-xx-003.toml")
    out = run("try", own, night.site.root).output
    assert "did not run this rule, so every flag is gained" in out
    commands = [line.strip() for line in out.splitlines() if line.strip().startswith("fraudmatch explain")]
    assert len(commands) == 5
    from fraudmatch.cli.explain import command as explain

    done = CliRunner().invoke(explain, commands[0].split()[2:])
    assert done.exit_code == 0 and "Match weight" in done.output


def test_what_the_night_lacks_is_said(night: Night, tmp_path: Path) -> None:
    text = outline("FM-XX-004", "creditor", "organisation", "organisation", night.library)
    absent = tmp_path / "fm-xx-004.toml"
    absent.write_text(text.replace('""', '"x"'), encoding="utf-8")
    with pytest.raises(FraudmatchError) as caught:
        run("try", absent, night.site.root)
    assert "nobody sent any for the night of 2026-03-31" in str(caught.value)
    for named, words in (("FM-CT-0001", "Did you mean FM-CT-001?"), ("no.toml", "There is no file no.toml")):
        with pytest.raises(FraudmatchError) as caught:
            run("try", named, night.site.root)
        assert words in str(caught.value)


def test_diff_says_what_changed_and_what_that_does(night: Night, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(shipped("rules"), old)
    changed(old / "council_tax", ("after_discount = 25", "after_discount = 15"), ("base = 40", "base = 45"))
    (old / "pensions" / "fm-pn-001.toml").unlink()
    parameters = old / "parameters" / "council_tax.toml"
    parameters.write_text(
        parameters.read_text(encoding="utf-8").replace("value = 90,", "value = 60,"), encoding="utf-8"
    )
    out = run("diff", old, "--site", night.site.root).output
    assert "FM-PN-001 added" in out and "points of after_discount: 15 → 25" in out
    assert "points of base: 45 → 40" in out and "param.spd_settled_days: 60 days" in out
    effect = next(line.split() for line in out.splitlines() if line.startswith("FM-CT-001  changed"))
    assert effect[2:4] == ["0", "0"] and int(effect[5]) > 0
    assert run("diff", "shipped", "shipped").output.endswith("They say the same.\n")
    back = run("diff", "shipped", old).output
    assert "FM-PN-001 removed" in back


def test_overrides_stand_in_manifest_pages_and_list_and_outlive_a_reprint(
    night: Night, tmp_path: Path
) -> None:
    off, points = night.run.manifest["overrides"]
    assert (off["by"], off["on"], off["why"]) == ("Hub analyst", "2026-03-01", "Being rewritten.")
    assert off["flags_taken_away"] > 0 and off["flags_ranked_anew"] == 0
    assert points["flags_taken_away"] == 0 and points["flags_ranked_anew"] > 0
    assert "FM-CT-005" not in night.scored.flags["rule_id"].to_pylist()
    hub = (night.run.reports / "index.html").read_text(encoding="utf-8")
    mine = (night.run.reports / "cheltenham" / "index.html").read_text(encoding="utf-8")
    other = (night.run.reports / "gloucestershire" / "index.html").read_text(encoding="utf-8")
    for page in (hub, mine):
        assert "Being rewritten." in page and "Revenues manager, 10 February 2026" in page
        assert "Few officers this &lt;quarter&gt;." in page
    assert "Being rewritten." in other and "Few officers" not in other
    for partner, whys in (
        ("cheltenham", ["Being rewritten.", "Few officers this <quarter>."]),
        ("gloucestershire", ["Being rewritten."]),
    ):
        book = openpyxl.load_workbook(night.run.reports / partner / "exceptions.xlsx")
        rows = list(book["Summary"].iter_rows(values_only=True))
        place = next(n for n, row in enumerate(rows) if row[0] == "Local override of")
        told = [row for row in rows[place + 1 : place + 3] if row[0]]
        assert [row[7] for row in told] == whys
        assert (told[0][0], told[0][5], told[0][6]) == ("FM-CT-005", "Hub analyst", dt.datetime(2026, 3, 1))
        assert not any(row[0] == "Flagged nothing" and "FM-CT-005" in row[1] for row in rows)
    listed = json.loads(run("list", night.site.root, "--json").output)
    assert {row["id"]: len(row["overrides"]) for row in listed if row["overrides"]} == {
        "FM-CT-001": 1,
        "FM-CT-005": 1,
    }
    assert "override · all: switched off (Hub analyst" in run("list", night.site.root).output
    write_reports(night.site, tmp_path / "again")
    assert (tmp_path / "again" / "index.html").read_text(encoding="utf-8") == hub


def test_check_of_a_site_reads_its_overrides(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'name = "A site"\n[[partner]]\nid = "ashby"\nname = "Ashby"\n[[override]]\nrule = "FM-CT-01"\npartner = "ashby"\noff = true\n',
        encoding="utf-8",
    )
    done = run("check", tmp_path)
    assert done.exit_code == 2
    for where in ("override.1.rule", "override.1.by", "override.1.why"):
        assert where in done.output


def test_check_passes_on_a_fresh_demo_and_still_sees_what_the_site_wrote(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(shipped("sample_data"), site)
    assert (site / "rules" / "parameters").is_dir()  # numbers under which shipped examples come out otherwise
    fresh = run("check", site)
    assert fresh.exit_code == 0, fresh.output
    shipped_file = shipped("rules") / "council_tax" / "fm-ct-001.toml"
    text = shipped_file.read_text(encoding="utf-8").replace(
        "[reasons]", 'never_drawn = "left.age > 200"\n[reasons]\nnever_drawn = "very old"', 1
    )
    text = text.replace("[points]", "[points]\nnever_drawn = 0", 1)
    (site / "rules" / "fm-ct-001.toml").write_text(text, encoding="utf-8")
    told = run("check", site)
    assert told.exit_code == 2 and "rules/fm-ct-001.toml: facts.never_drawn: no example" in told.output


def test_try_says_what_keeps_a_rule_from_flagging_and_who_flags_the_same(
    night: Night, tmp_path: Path
) -> None:
    own = changed(tmp_path, ('id = "FM-HT-003"', 'id = "FM-XX-003"'), rule="housing/fm-ht-003.toml")
    own = own.rename(tmp_path / "fm-xx-003.toml")
    out = run("try", own, night.site.root).output
    twins = [row for row in read_night(night.site).flags.to_pylist() if row["rule_id"] == "FM-HT-003"]
    assert f"{len(twins):,} of the {len(twins):,} gained are flagged already by FM-HT-003." in out
    facts = out.split("flags without it")[1].split("\n\n")[0].splitlines()[2:]
    assert facts and all(int(line.split()[1].replace(",", "")) > 0 for line in facts)
    text = own.read_text(encoding="utf-8").replace(
        "[reasons]", '"impossible" = "left.age > 150"\n[reasons]', 1
    )
    text = text.replace("[reasons]", '[reasons]\nimpossible = "older than anybody"', 1)
    own.write_text(text, encoding="utf-8")
    assert "FM-XX-003" in run("try", own, night.site.root).output  # a fact nothing speaks of yet
    own.write_text(text.replace('when = "', 'when = "impossible and ', 1), encoding="utf-8")
    out = run("try", own, night.site.root).output
    line = next(line for line in out.splitlines() if line.startswith("impossible ")).split()
    assert line[1] == "0" and int(line[2].replace(",", "")) > 0 and line[-1] == f"{len(twins):,}"
