"""The commands `fraudmatch rules …`: check, test, lock and list the rule library; `rulebook` has the rest."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.cli import rulebook
from fraudmatch.cli.rulebook import folders_of

if TYPE_CHECKING:
    from fraudmatch.errors import FraudmatchError, Problem
    from fraudmatch.scoring import Library

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
_FOLDER = click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)


@click.group(name="rules", help="Write, check, test, try, compare and list rules.")
def command() -> None:
    """The group; its commands follow."""


def _say(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=str))


def _refuse(error: FraudmatchError, as_json: bool) -> None:
    """Print an error and leave with its exit code."""
    if as_json:
        _say({"code": error.code, "message": error.message, "problems": _listed(error.problems)})
    else:
        click.echo(str(error), err=True)
    raise SystemExit(error.exit_code)


def _listed(problems: tuple[Problem, ...]) -> list[dict[str, str]]:
    return [{"file": p.file, "where": p.where, "what": p.what, "remedy": p.remedy} for p in problems]


def _load(folder: Path | None, as_json: bool, then: Callable[[Library, list[Path]], None]) -> None:
    """Load the library and go on, or print all that is wrong and leave."""
    from fraudmatch.errors import FraudmatchError
    from fraudmatch.scoring import load_library

    folders = folders_of(folder)
    try:
        then(load_library(folders), folders)
    except FraudmatchError as error:
        _refuse(error, as_json)


@command.command(short_help="Say all that is wrong with the rule files.")
@_FOLDER
@_JSON
def check(folder: Path | None, as_json: bool) -> None:
    """Read every rule, parameter and value file and say all that is wrong.

    Faults of every kind are told at once; where a fact cannot be read, what its examples show is told once
    it can. FOLDER is a site, whose overrides are read too, or a folder of rules that adds to the shipped ones.
    Exit code 2 when anything is wrong.
    """

    from fraudmatch.errors import FraudmatchError
    from fraudmatch.rulebook.checking import checked

    try:
        library = checked(folders_of(folder))
        _overridden(folder, library)
    except FraudmatchError as error:
        _refuse(error, as_json)
        return
    counts: dict[str, Any] = {
        "rules": len(library.rules), "parameters": len(library.parameters), "values": len(library.values),
    }  # fmt: skip
    if as_json:
        _say(counts | {"problems": []})
    else:
        click.echo(", ".join(f"{number} {name}" for name, number in counts.items()) + ": nothing wrong.")


@command.command(name="test", short_help="Run the examples written into the rule files.")
@_FOLDER
@click.option("--rule", "rule_id", help="One rule only, for example FM-CT-001.")
@_JSON
def run_examples(folder: Path | None, rule_id: str | None, as_json: bool) -> None:
    """Run the examples written into the rule files. Exit code 1 when one does not come out."""

    def report(library: Library, folders: list[Path]) -> None:
        from dataclasses import replace

        from fraudmatch.rulebook.manual import known_rule
        from fraudmatch.scoring.examples import try_examples

        if rule_id:
            library = replace(library, rules=(known_rule(rule_id, library),))
        tried = try_examples(library)
        failed = [each for each in tried if each.differences]
        if as_json:
            _say({"examples": [vars(each) for each in tried], "failed": len(failed)})
        else:
            for rule in library.rules:
                own = [each for each in tried if each.rule_id == rule.id]
                bad = [each for each in own if each.differences]
                click.echo(f"{rule.id:<11} {len(own) - len(bad):>3} of {len(own):<3} {rule.file.title}")
                for each in bad:
                    click.echo(f"    {each.example}: {'; '.join(each.differences)}")
            click.echo(f"{len(tried) - len(failed)} of {len(tried)} examples came out as written.")
        if failed:
            raise SystemExit(1)

    _load(folder, as_json, report)


@command.command(short_help="Record the versions of the rules after a change.")
@_FOLDER
def lock(folder: Path | None) -> None:
    """Write lock.toml anew; refused while a changed rule keeps its version."""

    def write(library: Library, folders: list[Path]) -> None:
        from fraudmatch.scoring.lock import write_lock

        path = write_lock(folders[-1])
        click.echo(f"Wrote {path.name} of {path.parent.name}.", err=True)

    _load(folder, False, write)


@command.command(name="list", short_help="List the rules in one line each.")
@_FOLDER
@_JSON
def list_rules(folder: Path | None, as_json: bool) -> None:
    """List the rules: id, version, status, data sets, title; of a site, with the overrides that touch each."""

    def report(library: Library, _: list[Path]) -> None:
        touched = _overridden(folder, library)
        rows: list[dict[str, Any]] = [
            {
                "id": rule.id, "version": rule.file.version, "status": rule.file.status,
                "left": rule.file.pair.left, "right": rule.file.pair.right,
                "relation": rule.file.pair.relation, "title": rule.file.title,
                "overrides": touched.get(rule.id, []),
            }
            for rule in library.rules
        ]  # fmt: skip
        if as_json:
            _say(rows)
            return
        width = _width()
        for row in rows:
            sides = (
                f"{row['left']} – {row['right'] or ('grouped' if row['relation'] == 'group' else 'alone')}"
            )
            about = f"{row['id']:<11} v{row['version']:<2} {row['status']:<7} "
            line = f"{about}{sides:<42} {row['title']}"
            # On a narrow terminal the title goes below, so that columns stay columns.
            click.echo(line if len(line) <= width else f"{about}{sides}\n{'':<12}{row['title']}")
            for words in row["overrides"]:
                click.echo(f"{'':<12}override · {words}")

    _load(folder, as_json, report)


@command.command(short_help="List the thresholds and amounts the rules go by.")
@_FOLDER
@click.option("--as-at", metavar="YYYY-MM-DD", help="The numbers in force on that day.  [default: every one]")
@_JSON
def numbers(folder: Path | None, as_at: str | None, as_json: bool) -> None:
    """List the thresholds and amounts the rules go by: unit, source, and whether somebody read the source."""
    import datetime as dt

    try:
        day = dt.date.fromisoformat(as_at) if as_at else None
    except ValueError:
        raise click.BadParameter(f"{as_at} is not a day such as 2026-04-01.", param_hint="--as-at") from None

    def report(library: Library, folders: list[Path]) -> None:
        from fraudmatch.report.words import number_words
        from fraudmatch.scoring.numbers import listed_numbers

        found = listed_numbers(library.parameters, library.values, day)
        if as_json:
            _say([vars(number) for number in found])
            return
        for number in found:
            click.echo(f"{number.scope}.{number.name}, from {number.starts.isoformat()}")
            click.echo(f"    {number_words(number)}")
            click.echo(f"    {number.source}")
        unread = sum(number.standing == "unverified" for number in found)
        click.echo(f"{len(found)} numbers; {unread} of law, policy or publications are still to be verified.")

    _load(folder, as_json, report)


def _width() -> int:
    """Columns of the terminal; no end to them where a file or a program reads along."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


def _overridden(folder: Path | None, library: Library) -> dict[str, list[str]]:
    """Rule id -> each override of the site that touches it, in words; none without a site."""
    if folder is None or not (folder / "site.toml").is_file():
        return {}
    from fraudmatch.report.overrides import override_words
    from fraudmatch.scoring import read_overrides
    from fraudmatch.site import load_site

    site, texts = load_site(folder), library.texts()
    found: dict[str, list[str]] = {}
    for one in read_overrides(site.overrides, site.partner_ids, library):
        what = override_words(one, texts[one.rule_id])
        words = f"{one.partner}: {what} ({one.by}, {one.on.isoformat()}: {one.why})"
        found.setdefault(one.rule_id, []).append(words)
    return found


for _each in (rulebook.docs, rulebook.new, rulebook.try_rule, rulebook.diff):
    command.add_command(_each)
