"""The commands of a night, as an analyst at a terminal uses them."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from fraudmatch.cli import COMMANDS, cli, main
from fraudmatch.shipped import shipped

MAPPING = """
dataset = "person"
[file]
pattern = "*.csv"
format = "delimited"
encoding = ["utf-8"]
delimiter = ","
date_formats = ["%d/%m/%Y"]
[fields]
source_ref = "ref"
forename = "first"
surname = "last"
date_of_birth = "born"
address = "address"
postcode = "postcode"
"""
LEFT = """ref,first,last,born,address,postcode
a1,Peregrine,Ashmole,03/04/1971,1 Quince Lane,GL50 1AA
a2,Dorothea,Brackley,19/11/1960,7 Quince Lane,GL50 1AA
a3,Rufus,Cattermole,,9 Medlar Road,OX18 2BB
"""
RIGHT = """ref,first,last,born,address,postcode
b1,Peregrin,Ashmole,03/04/1971,1 Quince Ln,GL50 1AA
b2,Dorothea,Brackley,19/11/1960,22 Sorrel Way,OX28 4DD
b9,Someone,Else,01/01/1980,5 Far Street,OX28 9ZZ
"""


def run(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "fraudmatch", *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "site"
    code, out, err = run("demo", "--out", str(folder))
    return folder, code, out, err


def test_demo_prints_what_it_found_and_where(demo):
    _, code, out, err = demo
    assert code == 0
    for word in ("received", "loaded", "rejected", "FM-CT-001", "Time:", "Reports:", "not a finding"):
        assert word in out
    assert "index.html" in out and "fraudmatch explain" in out
    for stage in ("extract", "normalise", "link", "score", "report"):
        assert stage in err


def test_the_first_screen_of_the_readme_shows_what_demo_prints(demo):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = [line for line in readme.splitlines() if line.startswith(("cheltenham ", "all ", "FM-"))]
    printed = {" ".join(line.split()) for line in demo[2].splitlines()}
    assert len(shown) >= 6
    for line in shown:
        assert " ".join(line.split()) in printed, line


def test_explain_lays_out_one_flag(demo):
    folder, _, out, _ = demo
    key = out.strip().rsplit(" ", 1)[-1]
    code, text, err = run("explain", str(folder), key)
    assert code == 0, err
    for words in ("partner", "next", "law"):
        assert words in text.lower()


def test_a_plan_of_minutes_prints_and_writes_worklists(demo, tmp_path):
    site, out_folder = str(demo[0]), tmp_path / "plan"
    code, out, err = run("report", site, "--minutes", "600", "--out", str(out_folder))
    assert code == 0, err
    assert "for 600 minutes" in out and "What the plan leaves" in out and "not a finding" in out
    with (out_folder / "worklist.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows and sum(int(row["Minutes"]) for row in rows) <= 600
    code, out, err = run("report", site, "--minutes", "600", "--partner", "tewkesbury")
    assert code == 0 and "Tewkesbury" in out and "Cheltenham" not in out
    assert (
        run("report", site)[0] == 2 and run("report", site, "--partner", "tewkesbury", "--out", "x")[0] == 2
    )
    code, _, err = run("report", site, "--minutes", "10", "--partner", "tewksbury")
    assert code == 2 and "tewkesbury" in err


def test_explain_names_the_case_of_a_flag(demo):
    key = demo[2].strip().rsplit(" ", 1)[-1]
    code, text, _ = run("explain", str(demo[0]), key)
    assert code == 0 and "chance real" in text and "says the rule" in text


def test_outcomes_of_the_site_move_yields_and_take_decided_flags_off_the_list(demo, tmp_path):
    """A copy of the site, with half of one rule's flags cleared in a file, one more by command, one row that
    cannot be read, and a night."""
    tables = next((demo[0] / "runs").glob("*/tables"))
    flags = [
        row for row in pq.read_table(tables / "flags.parquet").to_pylist() if row["rule_id"] == "FM-CT-001"
    ]
    done = flags[: len(flags) // 2]
    lines = [f"{f['flag_key']},FM-CT-001,{f['left_partner']},cleared,2026-03-01\n" for f in done]
    folder = tmp_path / "site"
    shutil.copytree(demo[0], folder)
    by_command = flags[-1]["flag_key"]
    told = ("--outcome", "cleared", "--reason", "moved", "--by", "Ada Example")
    assert run("outcomes", "record", str(folder), by_command[:14], *told)[0] == 0
    head = "flag_key,rule_id,partner,outcome,decided_on\n"
    (folder / "outcomes.csv").write_text(head + "".join(lines) + "zz,,,,\n", encoding="utf-8")
    code, out, err = run("run", str(folder), "--quiet", "--json")
    assert code == 0, err
    manifest = json.loads(out)
    assert manifest["outcomes"]["read"] == manifest["outcomes"]["flags_decided"] == len(done) + 1
    assert manifest["outcomes"]["last_event"] == len(done) + 1
    assert len(manifest["outcomes"]["faults"]) == 5  # key, and four blanks
    made = pq.read_table(folder / "runs" / manifest["run_id"] / "tables/case_flags.parquet").to_pylist()
    assert not {row["flag_key"] for row in made} & {by_command, *(flag["flag_key"] for flag in done)}
    of_rule = [row for row in made if row["rule_id"] == "FM-CT-001"]
    assert of_rule and all(row["yield_posterior"] < row["yield_prior"] for row in of_rule)
    code, text, _ = run("explain", str(folder), done[0]["flag_key"])
    assert code == 0 and "cleared on 1 March 2026" in text


def test_explain_of_two_records_says_why(demo):
    """The first link of the night, and two records of different councils that no pass brings together."""
    run_folder = next((demo[0] / "runs").glob("*/tables"))
    records, links = (pq.read_table(run_folder / f"{name}.parquet") for name in ("records", "links_person"))
    columns = [records[name].to_pylist() for name in ("partner", "dataset", "source_ref", "party")]
    left, right = links["left_id"][0].as_py(), links["right_id"][0].as_py()

    def name(row):
        partner, dataset, ref, party = (column[row] for column in columns)
        return f"{partner}:{dataset}:{ref}#{party}"

    code, text, err = run("explain", str(demo[0]), name(left), name(right))
    assert code == 0, err
    assert "Linked: compared" in text and "Same group" in text
    weight = links["match_weight"][0].as_py()
    assert f"Match weight {weight:+.3f}" in text
    code, text, err = run("explain", str(demo[0]), name(left), name(right), "--relation", "payment")
    assert code == 2 and "payment model does not look at" in err
    assert run("explain", str(demo[0]), "a:b", "c:d:e")[0] == 2


def test_explain_of_an_unknown_flag_says_where_keys_are(demo):
    code, _, err = run("explain", str(demo[0]), "zzzz")
    assert code == 2 and "begin with 'zzzz'" in err


def test_evaluate_of_a_site(demo):
    code, out, err = run("evaluate", str(demo[0]), "--json")
    assert code == 0, err
    assert json.loads(out)["persons"]["f1"] > 0.9


def test_dry_run_plans_and_writes_nothing(tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(shipped("sample_data"), folder)
    code, out, err = run("run", str(folder), "--dry-run", "--json", "--quiet")
    assert code == 0, err
    plan = json.loads(out)["plan"]
    assert set(plan) == {"property", "organisation", "person", "payment"}
    assert all(one["pairs"] >= 0 for passes in plan.values() for one in passes)
    assert not (folder / "runs").exists()


def test_a_refused_delivery_gives_exit_code_4_and_the_rest_goes_on(tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(shipped("sample_data"), folder)
    victim = next(iter(sorted((folder / "deliveries" / "tewkesbury").glob("*LICENCES*"))))
    victim.write_bytes(b"")
    code, out, err = run("run", str(folder), "--quiet")
    assert code == 4, err
    assert "refused" in out


def test_run_of_a_folder_that_is_no_site(tmp_path):
    code, _, err = run("run", str(tmp_path))
    assert code == 2
    assert "FM111" in err and "fraudmatch init" in err and "Traceback" not in err


def test_a_rule_with_an_unknown_field_stops_the_night_before_it_starts(tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(shipped("sample_data"), folder)
    rule = next(iter(sorted(shipped("rules").rglob("*.toml"))))
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "mine.toml").write_text('id = "FM-CT-901"\nowner = "x"\nfavourite_colour = "blue"\n')
    code, _, err = run("run", str(folder), "--quiet")
    assert code == 2 and "favourite_colour" in err and "mine.toml" in err and rule.exists()


def test_init_makes_a_site_that_run_understands(tmp_path):
    code, out, _ = run("init", str(tmp_path / "new"))
    assert code == 0 and "fraudmatch check" in out
    code, out, err = run("run", str(tmp_path / "new"), "--as-at", "2026-03-31", "--quiet")
    assert code == 0, err
    assert "No extract was received" in out
    code, _, err = run("init", str(tmp_path / "new"))
    assert code == 2 and "is a site already" in err


def test_link_and_evaluate_two_files(tmp_path):
    for name, text in (("l.csv", LEFT), ("r.csv", RIGHT), ("m.toml", MAPPING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "truth.csv").write_text("left_ref,right_ref\na1,b1\na2,b2\n", encoding="utf-8")
    files = [str(tmp_path / "l.csv"), str(tmp_path / "r.csv")]
    code, out, err = run(
        "link", *files, "--mapping", str(tmp_path / "m.toml"), "--out", str(tmp_path / "o"), "--json"
    )
    assert code == 0, err
    assert json.loads(out)["possible_pairs"] == 9
    links = pq.read_table(tmp_path / "o" / "links.parquet")
    assert {"left_ref", "right_ref", "match_weight", "match_probability", "surname_level"} <= set(
        links.column_names
    )
    assert list(zip(links["left_ref"].to_pylist(), links["right_ref"].to_pylist(), strict=True)) == [
        ("a1", "b1"),
        ("a2", "b2"),
    ]
    for found in ("links.parquet", "clusters.parquet"):
        code, out, err = run(
            "evaluate", str(tmp_path / "o" / found), "--truth", str(tmp_path / "truth.csv"), "--json"
        )
        assert code == 0, err
        measured = json.loads(out)
        assert (measured["precision"], measured["recall"], measured["f1"]) == (1.0, 1.0, 1.0)
        assert measured["pairs_completeness"] == 1.0 and 0 <= measured["reduction_ratio"] < 1


def test_link_one_file_with_itself(tmp_path):
    rows = list(csv.reader(LEFT.splitlines())) + list(csv.reader(RIGHT.splitlines()))[1:]
    with (tmp_path / "all.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    arguments = [
        str(tmp_path / "all.csv"),
        "--mapping",
        str(tmp_path / "m.toml"),
        "--out",
        str(tmp_path / "o"),
    ]
    code, _, err = run("link", *arguments)
    assert code == 0, err
    clusters = pq.read_table(tmp_path / "o" / "clusters.parquet").to_pylist()
    group = {row["source_ref"]: row["cluster_id"] for row in clusters}
    assert group["a1"] == group["b1"] and group["a2"] == group["b2"] and group["a3"] != group["b9"]


def test_link_with_an_unknown_model_names_the_shipped_ones(tmp_path):
    for name, text in (("l.csv", LEFT), ("m.toml", MAPPING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    code, _, err = run(
        "link",
        str(tmp_path / "l.csv"),
        "--mapping",
        str(tmp_path / "m.toml"),
        "--model",
        "persn",
        "--out",
        str(tmp_path / "o"),
    )
    assert code == 2 and "organisation" in err


def test_every_command_has_help_and_the_same_help_in_the_list():
    for name in COMMANDS:
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0, name
        assert "Usage" in shown.output


def test_an_unknown_command_names_the_nearest(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["rnu"])
    assert stopped.value.code == 2
    assert "run" in capsys.readouterr().err


def test_help_imports_nothing_heavy():
    code = "import sys; from fraudmatch.cli import cli; print(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for heavy in ("pyarrow", "numpy", "pandas", "numba", "pydantic", "rich", "scipy"):
        assert f"'{heavy}'" not in done.stdout
    begun = time.perf_counter()
    assert run("--help")[0] == 0
    assert time.perf_counter() - begun < 10  # a hang, not a benchmark: benchmarks/ holds the figure


def test_one_file_delivered_under_two_names_loses_and_invents_nothing(tmp_path):
    rows = "Ref,First,Last,Where,PC\n1,Rufus,Cattermole,9 Medlar Road,OX18 2BB\n2,Mr J & Mrs A,Ashmole,1 Quince Lane,GL50 1AA\n"
    mapping = (
        'dataset = "housing_tenancy"\n[file]\npattern = "t*.csv"\nformat = "delimited"\nencoding = ["utf-8"]\n'
        'delimiter = ","\n[fields]\nsource_ref = "Ref"\nforename = "First"\nsurname = "Last"\naddress = "Where"\n'
        'postcode = "PC"\n'
    )
    assert run("init", str(tmp_path / "s"))[0] == 0
    site = tmp_path / "s/site.toml"
    site.write_text(site.read_text(encoding="utf-8").replace('"required"', '"optional"'), encoding="utf-8")
    (tmp_path / "s/partners/first_council/sharing.toml").unlink()
    (tmp_path / "s/partners/first_council/t.toml").write_text(mapping, encoding="utf-8")
    for name in ("t1.csv", "t2.csv"):
        (tmp_path / "s/deliveries/first_council" / name).write_text(rows, encoding="utf-8")
    code, out, err = run("run", str(tmp_path / "s"), "--as-at", "2026-03-31", "--json", "--quiet")
    assert code == 0, err
    manifest = json.loads(out)
    assert [(row["loaded"], row["state"]) for row in manifest["deliveries"]] == [
        (2, "loaded"),
        (0, "repeated"),
    ]
    assert manifest["records"] == 3
