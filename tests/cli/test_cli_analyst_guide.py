"""docs/analyst-guide.md, walked through in an empty folder: what it shows is what the commands print."""

from __future__ import annotations

import gzip
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli import cli

GUIDE = (Path(__file__).parents[2] / "docs" / "analyst-guide.md").read_text(encoding="utf-8")
#: Command -> its exit code, of those that do not end with 0.
CODES = {"fraudmatch run mysite --as-at 2026-04-30 --quiet": 4}
#: Commands whose last words go to standard error, where a person at a terminal reads them too.
BOTH = {"fraudmatch check mysite"}


def half_an_export(folder: Path) -> None:
    """What Cotswold sends in April: the register of March, cut in half."""
    deliveries = folder / "mysite" / "deliveries" / "cotswold"
    with gzip.open(deliveries / "ELECT-CDC-MAR26.csv.gz") as whole:
        lines = whole.readlines()[:1400]
    with gzip.open(deliveries / "ELECT-CDC-APR26.csv.gz", "wb") as half:
        half.writelines(lines)


#: Comment of the guide -> what it stands for.
BETWEEN: dict[str, Callable[[Path], None]] = {"half an export": half_an_export}


def steps() -> Iterator[tuple[str, list[str]]]:
    """Every command of the guide with the lines shown under it, and every comment, in their order."""
    for found in re.finditer(r"```console\n(.*?)```|<!-- (.*?) -->", GUIDE, re.DOTALL):
        if found[2]:
            yield found[2], []
            continue
        for part in re.split(r"^\$ ", found[1], flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            yield command, lines


def plain(text: str) -> str:
    """A line without what differs from one version or moment to the next: names of runs, blanks at its end."""
    return re.sub(r"(\d{4}-\d\d-\d\d)-[0-9a-f]{10}", r"\1-RUN", text).rstrip()


def named_here(argument: str) -> str:
    """An argument in which the run of the guide is the one of its day here: its name tells of versions of libraries too."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)-[0-9a-f]{10}", argument)
    return next(Path("mysite/runs").glob(f"{found[1]}-*")).name if found else argument


def assert_shown(command: str, lines: list[str], printed: str) -> None:
    """Every line of the guide was printed, in this order; after one another where no … stands between; … at the end of a line stands
    for its rest.
    """
    found, at, gap = [plain(line) for line in printed.rstrip("\n").split("\n")], 0, False
    for line in lines:
        if line == "…":
            gap = True
            continue
        wanted = plain(line)
        fits = (
            (lambda one, w=wanted: one.startswith(w[:-1]))
            if wanted.endswith(": …")
            else (lambda one, w=wanted: one == w)
        )
        places = [place for place in range(at, len(found)) if fits(found[place])]
        assert places and (gap or places[0] == at), f"{command}: {line!r} in\n{printed[-4000:]}"
        at, gap = places[0] + 1, False
    assert not lines or gap or at == len(found), f"{command} prints more:\n{printed[-2000:]}"


@pytest.mark.slow
def test_every_command_prints_what_the_guide_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    ran = 0
    for step, lines in steps():
        if step in BETWEEN:
            BETWEEN[step](tmp_path)
            continue
        program, *arguments = shlex.split(step)
        if program == "mkdir":
            Path(arguments[0]).mkdir()
        elif program == "cat":
            assert_shown(step, lines, Path(arguments[0]).read_text(encoding="utf-8"))
        else:
            assert program == "fraudmatch"
            done = CliRunner().invoke(cli, [named_here(one) for one in arguments])
            assert done.exit_code == CODES.get(step, 0), (
                step,
                done.output,
                done.exception,
            )
            assert_shown(step, lines, done.stdout + (done.stderr if step in BOTH else ""))
            ran += 1
    assert ran > 15


def test_the_guide_leads_to_pages_and_pictures_that_are_there() -> None:
    folder = Path(__file__).parents[2] / "docs"
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", GUIDE):
        assert (folder / target).is_file(), target
