"""docs/writing-a-rule.md, walked through: what it prints is what the commands print."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli.rules import command
from fraudmatch.errors import FraudmatchError
from fraudmatch.exercise import Night

GUIDE = (Path(__file__).parents[2] / "docs" / "writing-a-rule.md").read_text(encoding="utf-8")
DRAFT = Path("drafts/fm-xx-001.toml")


def shown(begins: str) -> tuple[list[str], list[str]]:
    """Arguments of a command of the guide behind `fraudmatch rules`, and the lines shown under it."""
    start = GUIDE.index(f"$ fraudmatch rules {begins}")
    asked, *lines = GUIDE[start : GUIDE.index("```", start)].rstrip("\n").split("\n")
    return asked.split()[3:], list(itertools.takewhile(lambda line: line != "…", lines))


def printed(arguments: list[str]) -> list[str]:
    """Lines a command prints, an error as `main` prints it."""
    done = CliRunner().invoke(command, arguments)
    if isinstance(done.exception, FraudmatchError):
        return str(done.exception).split("\n")
    return done.output.split("\n")


@pytest.fixture
def drafts(night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a finished night called demo, as the guide has it, and the rule of the guide as a draft."""
    monkeypatch.chdir(tmp_path)
    Path("demo").symlink_to(night.site.root, target_is_directory=True)
    DRAFT.parent.mkdir()
    start = GUIDE.index('id = "FM-XX-001"')
    DRAFT.write_text(GUIDE[start : GUIDE.index("```", start)], encoding="utf-8")
    return tmp_path


def test_starting_the_rule_of_the_guide_prints_what_the_guide_shows(drafts: Path) -> None:
    DRAFT.unlink()
    arguments, lines = shown("new")
    assert printed(arguments)[: len(lines)] == lines and len(lines) >= 1
    assert DRAFT.is_file()


def test_a_misspelt_name_is_told_as_the_guide_shows(drafts: Path) -> None:
    text = DRAFT.read_text(encoding="utf-8")
    DRAFT.write_text(text.replace('running = "right.running"', 'running = "right.runing"'), encoding="utf-8")
    arguments, lines = shown("check")
    assert printed(arguments)[: len(lines)] == lines and len(lines) >= 3


def test_trying_the_rule_of_the_guide_prints_what_the_guide_shows(drafts: Path) -> None:
    arguments, lines = shown("try")
    found = printed(arguments)
    run_line = next(place for place, line in enumerate(lines) if line.startswith("Run "))
    assert found[run_line].startswith("Run 2026-03-31-")  # and what follows differs with the sample
    for place, line in enumerate(lines):
        if place != run_line:
            assert found[place] == line, f"line {place + 1} of the guide's trial"
    assert len(lines) >= 25


def test_help_cuts_no_sentence() -> None:
    from fraudmatch.cli import COMMANDS

    listed = CliRunner().invoke(command, ["--help"]).output.split("Commands:")[1]
    assert "..." not in listed and len(listed.strip().splitlines()) == len(command.commands)
    assert all(len(name) + len(text) < 76 and text.endswith(".") for name, (_, text) in COMMANDS.items())


def test_starting_a_rule_names_those_about_the_same_data_sets(drafts: Path) -> None:
    told = printed(["new", "FM-XX-002", "--left", "council_tax_reduction", "--right", "right_to_buy",
                    "--relation", "person"])  # fmt: skip
    assert "  FM-RTB-002  Right-to-buy applicant receives council tax reduction" in told
    alone = printed(["new", "FM-XX-003", "--left", "grant", "--right", "permit", "--relation", "property"])
    assert not any("already" in line for line in alone)


def explained(*arguments: str) -> str:
    from fraudmatch.cli.explain import command as explain

    done = CliRunner().invoke(explain, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_explain_says_what_a_rule_says_of_two_records(night: Night, drafts: Path) -> None:
    flags = night.scored.flags.to_pylist()
    flag = next(row for row in flags if row["rule_id"] == "FM-RTB-002")
    records = night.prepared.records.to_pylist()
    left, right = (
        ":".join(records[flag[side]][name] for name in ("partner", "dataset", "source_ref"))
        for side in ("left_id", "right_id")
    )
    out = explained("demo", left, right, "--rule", "FM-RTB-002")
    assert f"The rule flags these two, with {flag['risk_points']} risk points." in out
    assert "Match weight" in out and "not a finding" in " ".join(out.split())
    assert explained("demo", right, left, "--rule", "FM-RTB-002").split("left ")[0] == out.split("left ")[0]
    DRAFT.write_text(
        DRAFT.read_text(encoding="utf-8").replace(" < 28", " < 9999").replace("'admitted'", "'admitted'"),
        encoding="utf-8",
    )
    held = " ".join(explained("demo", left, right, "--rule", str(DRAFT)).split())
    assert "recent holds it back: the application is less than four weeks old" in held
    stranger = next(
        row for row in records if row["dataset"] == "council_tax_reduction" and row["party"] == 1
        and row["record_id"] != flag["right_id"]
    )  # fmt: skip
    other = ":".join(stranger[name] for name in ("partner", "dataset", "source_ref"))
    apart = " ".join(explained("demo", left, other, "--rule", "FM-RTB-002").split())
    assert "does not flag these two: nothing brings the two together (relation person" in apart
    with pytest.raises(FraudmatchError, match="looks at Payroll with"):
        explained("demo", left, right, "--rule", "FM-PY-007")
