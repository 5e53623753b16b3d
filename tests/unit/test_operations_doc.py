"""The entries of docs/operations.md are such as their programs take, and every command in them exists with its options."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import click
import pytest

from fraudmatch.cli import cli

DOC = Path(__file__).parents[2] / "docs" / "operations.md"
TEXT = DOC.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.M | re.S)
UNITS = [block for kind, block in BLOCKS if kind == "ini"]
#: fraudmatch, alone or at the end of a path, as a program and not as a word of a sentence.
COMMAND = re.compile(
    r"(?:bin/|\$ |`|fraudmatch\.exe |^)fraudmatch(?:\.exe)? ((?:[a-z]+ ?)+)([^`\n;&|]*)", re.M
)


def commands() -> list[tuple[str, str]]:
    return [(match[1].strip(), match[2]) for match in COMMAND.finditer(TEXT)]


def found(words: str) -> click.Command:
    """The command that the words begin with; those after it are arguments."""
    at: click.Command = cli
    for word in words.split():
        if not isinstance(at, click.Group):
            break
        below = at.get_command(click.Context(at), word)
        assert below is not None, f"there is no command {words!r}"
        at = below
    return at


def test_there_is_something_to_hold() -> None:
    assert len(commands()) > 15 and len(UNITS) == 3


@pytest.mark.parametrize(("words", "rest"), commands())
def test_every_command_exists_with_its_options(words: str, rest: str) -> None:
    command = found(words)
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest):
        assert option in known, f"fraudmatch {words} has no {option}"


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_units(unit: str) -> None:
    class Repeated(dict[str, str]):
        """Keys may stand more than once in a unit."""

    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit)
    assert parser.sections() and set(parser.sections()) <= {"Unit", "Service", "Timer", "Install"}
    assert parser.has_option("Unit", "Description")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze on this machine")
    names = ("fraudmatch.service", "fraudmatch.timer", "fraudmatch-mail@.service")
    for name, unit in zip(names, UNITS, strict=True):
        runnable = re.sub(r"/opt/fraudmatch/bin/fraudmatch", "/bin/true", unit)
        (tmp_path / name).write_text(runnable, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / names[0], tmp_path / names[1]],
        capture_output=True, text=True, check=False, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    wrong = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "fraudmatch" in line]
    assert wrong == []


def test_crontab_lines_have_five_fields_and_a_command() -> None:
    (table,) = [block for kind, block in BLOCKS if kind == "crontab"]
    entries = [line for line in table.splitlines() if line and "=" not in line.split()[0]]
    assert len(entries) == 4
    for line in entries:
        *when, command = line.split(None, 5)
        assert len(when) == 5 and all(re.fullmatch(r"\*|\d+", field) for field in when) and command
        assert "%" not in command.replace("\\%", ""), "cron takes % for the end of the line"


def test_the_task_is_well_formed() -> None:
    (task,) = [block for kind, block in BLOCKS if kind == "xml"]
    whole = ET.fromstring(task.partition("?>")[2].strip())
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert whole.find("t:Actions/t:Exec/t:Command", space) is not None


def test_the_metrics_that_are_watched_are_written() -> None:
    from fraudmatch.morning import Morning, metrics_of

    told = "\n".join(metrics_of(Morning("Site", "2026-03-31 05:00 UTC", 0)))
    asked = set(re.findall(r"fraudmatch_[a-z_]+", TEXT))
    assert asked and all(f"\n{name} " in f"\n{told}" for name in asked)
