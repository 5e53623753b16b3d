"""`fraudmatch outcomes import`: take back the workbook that the report made."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.cli.release import account

if TYPE_CHECKING:
    from fraudmatch.handed_in import Result
    from fraudmatch.site import Site


@click.command("import")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--partner", required=True, help="Who sent it; it decides about flags it bears the loss of.")
@click.option("--by", help="Who decided; the name of the account when left out.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the decisions; the newest run's night.")
@click.option("--dry-run", is_flag=True, help="Say what would become of every row, and take nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.pass_context
def import_(
    ctx: click.Context, site: Path, file: Path, partner: str, by: str | None, on: dt.datetime | None,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take back FILE, a workbook exceptions.xlsx of SITE with outcomes filled in.

    Rows without an outcome are left alone, and nothing is overwritten that the workbook had not seen: a flag that
    somebody decided since it was made is listed as a conflict. The same file again changes nothing. Exit code 4
    when some rows were not taken.

    \b
    Example:
      fraudmatch outcomes import mysite exceptions.xlsx --partner northshire --by "A. Officer"
    """
    from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE
    from fraudmatch.handed_in import TAKEN
    from fraudmatch.site import load_site

    loaded = load_site(site)
    if partner not in loaded.partner_ids:
        there = ", ".join(loaded.partner_ids)
        raise click.BadParameter(
            f"There is no partner {partner!r}; there are: {there}.", param_hint="--partner"
        )
    results = _taken(loaded, file, partner, by or account(), on.date() if on else None, dry_run)
    if as_json:
        _print_json(results, dry_run)
    else:
        for line in _lines(results, site, dry_run):
            click.echo(line)
    ctx.exit(EXIT_DONE if all(result.state in TAKEN for result in results) else EXIT_DELIVERIES_HELD)


def _taken(site: Site, file: Path, partner: str, by: str, on: dt.date | None, dry_run: bool) -> list[Result]:
    from fraudmatch.audit import open_run
    from fraudmatch.audit.store import sha256_of
    from fraudmatch.handed_in import read_book, take_in
    from fraudmatch.inputs import rule_folders
    from fraudmatch.ledger.entering import enter
    from fraudmatch.outcomes.store import open_store
    from fraudmatch.scoring import load_library

    night = dt.date.fromisoformat(open_run(site.runs_folder).manifest["as_at"])
    rows = read_book(file, site.limits)
    if not dry_run:
        enter(
            site,
            "outcomes.imported",
            by=by,
            partner=partner,
            after=sha256_of(file),
            detail={"rows": len(rows)},
        )
    return take_in(
        site, open_store(site.outcomes_store), load_library(rule_folders(site)), rows,
        partner=partner, by=by, on=on or night, now=dt.datetime.now(dt.UTC), dry_run=dry_run,
    )  # fmt: skip


def _print_json(results: Sequence[Result], dry_run: bool) -> None:
    import json
    from dataclasses import asdict

    plain: list[dict[str, Any]] = [
        asdict(result) | {"why": [{"column": column, "what": what} for column, what in result.why]}
        for result in results
    ]
    document = {"dry_run": dry_run, "counts": Counter(result.state for result in results), "rows": plain}
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True))


def _lines(results: Sequence[Result], site: Path, dry_run: bool) -> list[str]:
    """Counts, then every row that was not taken, with what to do."""
    from fraudmatch.handed_in import STATES, TAKEN

    if not results:
        return ["No row has an outcome; nothing was taken."]
    counts = Counter(result.state for result in results)
    lines = [f"{counts[state]:>7,}  {words}" for state, words in STATES.items() if counts[state]]
    left = [result for result in results if result.state not in TAKEN]
    lines += ["", "Not taken:"] if left else []
    for result in left:
        for column, what in result.why:
            at = f"{result.sheet}, row {result.row}" + (f", {column}" if column else "")
            lines.append(f"  {at}: {what}")
    if dry_run:
        return [*lines, "", "Nothing was taken: this was a dry run."]
    if left:
        lines += ["", "Mend these rows and import the file again; what was taken is not taken twice."]
    return [*lines, *([f"Next: fraudmatch run {site}"] if counts["taken"] else [])]
