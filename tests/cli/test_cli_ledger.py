"""Every command that changes the state of a site or prints records is entered, once, under the right kind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli import cli
from fraudmatch.errors import SiteError
from fraudmatch.exercise import Night
from fraudmatch.ledger.actions import ACTIONS

#: Command -> what one use of it enters, in order; a text says why it enters nothing.
ENTERED: dict[str, tuple[str, ...] | str] = {
    "demo": "it makes a site of its own; its run is entered there",
    "init": "makes an empty site",
    "sample": "makes a synthetic site",
    "mapping draft": "reads a file that is not of a site yet",
    "mapping check": "reads mappings",
    "sharing": "reads sharing records",
    "check": "reads deliveries and prints no value of them",
    "run": ("run.begun", "run.published"),
    "deliveries": "prints counts and reasons",
    "release": ("delivery.released",),
    "withdraw": ("delivery.withdrawn",),
    "replay": ("run.replayed",),
    "report": ("report.exported",),
    "night": ("report.exported",),
    "explain": ("record.viewed",),
    "pack": ("record.viewed",),
    "committee": ("report.exported",),
    "review": "serves the review desk; each look and act there is an entry, which tests/desk counts",
    "users add": ("account.changed",),
    "users change": ("account.changed",),
    "users list": "prints the accounts of officers, no record of anybody",
    "subject": ("subject.searched",),
    "purge": ("purge.begun", "purge.done"),
    "leave": ("partner.exported",),
    "outcomes record": ("decision.recorded",),
    "outcomes import": ("outcomes.imported", "decision.recorded"),
    "outcomes move": ("store.moved",),
    "outcomes list": "prints decisions about flags, by their keys",
    "outcomes export": ("outcomes.exported",),
    "backup": ("site.backed_up",),
    "restore": ("site.restored",),
    "drill": ("site.drilled",),
    "audit verify": "reads the ledger, which holds no value of anybody",
    "audit list": "reads the ledger",
    "audit head": "reads the ledger",
    "audit accept-rollback": ("ledger.rollback_accepted",),
    "rules check": "reads rules",
    "rules test": "runs examples of rules",
    "rules lock": "writes beside rule files; the next run enters what of them differs",
    "rules list": "reads rules",
    "rules numbers": "reads rules",
    "rules docs": "writes the manual of the rules",
    "rules new": "makes a draft of a rule; the next run enters it",
    "rules try": ("record.viewed",),
    "rules diff": "prints counts",
    "link": "links files that are of no site",
    "verify": "compares files with their manifests; prints no value",
    "train": "fits a model; prints chances",
    "evaluate": ("record.viewed",),
}


def run(*args: object) -> Result:
    password = "three good words\n"  # of the one command that asks for something, twice
    return CliRunner().invoke(cli, [str(arg) for arg in args], input=password * 2)


def entries(site: Path) -> list[dict]:
    return json.loads(run("audit", "list", site, "--json").stdout)["entries"]


@pytest.fixture
def site(night: Night, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(night.site.root, folder)
    # Other tests use commands on the site this is a copy of: the store as the night left it.
    shutil.copy(night.site.root.parent / "outcomes.sqlite", folder / "outcomes.sqlite")
    return folder


def commands(group: click.Group, before: str = "") -> list[str]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        found += commands(one, f"{before}{name} ") if isinstance(one, click.Group) else [before + name]
    return found


def test_every_command_says_what_it_enters() -> None:
    """A new command belongs into the table above: what it enters, or why it enters nothing."""
    assert sorted(commands(cli)) == sorted(ENTERED)
    for entered in ENTERED.values():
        assert isinstance(entered, str) or set(entered) <= set(ACTIONS)


def named(site: Path) -> str:
    """The first record of the night as partner:data_set:reference."""
    row = pq.read_table(next(site.glob("runs/*/tables/records.parquet"))).slice(0, 1).to_pylist()[0]
    return f"{row['partner']}:{row['dataset']}:{row['source_ref']}"


def old_night(site: Path) -> str:
    """A night long past its time, and the day on which it is."""
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n[retention]\nruns = 12\n")
    folder = site / "runs" / "2020-03-31-old"
    folder.mkdir()
    told = {"run_id": folder.name, "as_at": "2020-03-31", "artefacts": {}, "deliveries": [], "inputs": {}}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return "2026-04-01"


def used(site: Path, tmp_path: Path, flag: str) -> dict[str, tuple[object, ...]]:
    """Each command that enters something, as it is used once."""
    key, vault = tmp_path / "k", tmp_path / "vault"
    vault.mkdir()
    assert run("backup", "--new-key", key).exit_code == 0
    return {
        "report": (site, "--out", tmp_path / "again"),
        "night": (site, "--out", tmp_path / "night.html"),
        "explain": (site, flag),
        "pack": (site, flag, "--out", tmp_path / "packs"),
        "subject": (site, "--reference", named(site), "--by", "R. Green", "--reason", "Request 17"),
        "committee": (site, "--from", "2026-03-01", "--to", "2026-03-31", "--out", tmp_path / "members"),
        "users add": (
            site,
            "ada",
            "--name",
            "Ada Example",
            "--partner",
            "cotswold",
            "--role",
            "investigator",
        ),
        "users change": (site, "ada", "--end"),
        "outcomes record": (
            site,
            flag,
            "--outcome",
            "cleared",
            "--reason",
            "moved",
            "--note",
            "Rang Ashmole",
        ),
        "outcomes export": (site, tmp_path / "o.csv"),
        "rules try": ("FM-CT-001", site),
        "evaluate": (site, "--plan-review", "5", "--out", tmp_path / "sample.csv", "-q"),
        "backup": (site, "--to", vault, "--key", key, "-q"),
        "drill": (site, "--from", vault, "--key", key, "-q"),
        "replay": (site, "-q"),
        "withdraw": (site, "cheltenham", "council_tax", "--reason", "Sent in error", "--by", "R. Green"),
        "leave": (
            site,
            "cotswold",
            "--out",
            tmp_path / "cotswold",
            "--by",
            "R. Green",
            "--reason",
            "Notice",
            "--on",
            "2026-04-01",
        ),
        "purge": (site, "--on", old_night(site), "--by", "R. Green"),
    }


def test_each_use_of_a_command_gives_exactly_one_entry_of_the_right_kind(site: Path, tmp_path: Path) -> None:
    flags = pq.read_table(next(site.glob("runs/*/tables/flags.parquet")))
    (run_id,) = (folder.parent.name for folder in site.glob("runs/*/manifest.json"))
    before = entries(site)
    assert [each["action"] for each in before] == list(ENTERED["run"])
    assert before[1]["object"] == run_id and before[1]["detail"]["exit_code"] in (0, 4)
    for command, args in used(site, tmp_path, flags["flag_key"][0].as_py()).items():
        done = run(*command.split(), *args)
        assert done.exit_code == 0, (command, done.output, done.exception)
        now = entries(site)
        assert tuple(each["action"] for each in now[len(before) :]) == ENTERED[command], command
        before = now
    assert run("restore", tmp_path / "vault", tmp_path / "back", "--key", tmp_path / "k", "-q").exit_code == 0
    assert [each["action"] for each in entries(tmp_path / "back")][-1:] == list(ENTERED["restore"])
    assert run("audit", "verify", site).exit_code == 0
    assert run("audit", "verify", tmp_path / "back").exit_code == 0
    assert "Rang Ashmole" not in json.dumps(before)


def test_two_records_by_name_are_entered_by_keyed_digests(night: Night, site: Path) -> None:
    people = night.prepared.records.filter(pc.equal(night.prepared.records["dataset"], "council_tax"))
    records = people.slice(0, 2).to_pylist()
    left, right = (f"{row['partner']}:{row['dataset']}:{row['source_ref']}" for row in records)
    assert run("explain", site, left, right).exit_code == 0
    last = entries(site)[-1]
    assert last["action"] == "record.viewed"
    assert sorted(last["detail"]) == ["left", "right"]
    assert str(records[0]["source_ref"]) not in json.dumps(last)


def test_what_cannot_be_entered_is_not_shown(site: Path) -> None:
    flag = pq.read_table(next(site.glob("runs/*/tables/flags.parquet")))["flag_key"][0].as_py()
    (site / "outcomes.sqlite").write_bytes(b"no database at all" * 100)
    done = run("explain", site, flag)
    assert done.exit_code != 0
    assert done.stdout == ""
    assert run("report", site, "--out", site / "out").exit_code != 0
    assert not (site / "out").exists()


def test_verify_says_what_is_wrong_and_exits_with_1(site: Path, tmp_path: Path) -> None:
    good = run("audit", "verify", site, "--json")
    assert good.exit_code == 0
    assert json.loads(good.stdout)["good"] is True
    head = run("audit", "head", site).stdout.strip()
    assert run("audit", "verify", site, "--anchor", head).exit_code == 0
    wrong = run("audit", "verify", site, "--anchor", "2:00000000000000aa")
    assert wrong.exit_code == 1
    assert "First bad: entry 2:" in wrong.stdout
    ahead = json.loads(run("audit", "verify", site, "--anchor", "9:00000000000000aa", "--json").stdout)
    assert (ahead["good"], ahead["first_bad"]) == (False, 3)
    assert isinstance(run("audit", "verify", site, "--anchor", "9").exception, SiteError)
    assert run("audit", "accept-rollback", site, "--by", "R. Green", "--reason", "none").exit_code != 0
    assert len(entries(site)) == 2


def test_a_rollback_is_accepted_by_a_person(site: Path) -> None:
    (site / "outcomes.sqlite").unlink()
    refused = run("run", site, "-q")
    assert refused.exit_code == 1
    assert "there is no store" in str(refused.exception)
    assert run("audit", "verify", site).exit_code == 1
    done = run("audit", "accept-rollback", site, "--by", "R. Green", "--reason", "Disk failed")
    assert done.exit_code == 0, done.output
    (entry,) = entries(site)
    assert (entry["action"], entry["actor"]) == ("ledger.rollback_accepted", "R. Green")
    assert run("audit", "verify", site).exit_code == 0


def test_reports_print_the_head_and_the_ledger_of_a_night_holds_no_value(night: Night, site: Path) -> None:
    (run_folder,) = (path.parent for path in site.glob("runs/*/manifest.json"))
    told = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))["ledger"]
    head = f"{told['seq']}:{told['hash'][:16]}"
    for page in (run_folder / "reports").glob("**/index.html"):
        if page.parent.name != "deliveries":
            assert head in page.read_text(encoding="utf-8"), page
    text = json.dumps(entries(site)).lower()
    for column in ("surname", "source_ref", "postcode", "address_as_written"):
        values = {
            str(value).lower() for value in night.prepared.records[column].unique().to_pylist() if value
        }
        found = [value for value in values if len(value) > 5 and value in text]
        assert found == [], column
