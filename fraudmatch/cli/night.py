"""`fraudmatch night`: the run page for analysts."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("night")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--run", "run_id", help="Run id of the night; the newest when absent.")
@click.option(
    "--against", help="Run id of the night it is held against; the one published before it when absent."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="New file to write, .html."
)
def command(site: Path, run_id: str | None, against: str | None, out: Path) -> None:
    """Write the page of a night of SITE for analysts: what came, what was held, and what changed since and why.

    Deliveries against those of the night before, what of the extracts looks otherwise, pairs of every pass and blocks left
    out, links by match weight, flags of each rule, and one cause for every flag that is new or gone. It is worked out
    from the published nights, changes nothing of them, and shows no value of a record; docs/running.md says how to read it.

    \b
    Examples:
      fraudmatch night mysite --out night.html
      fraudmatch night mysite --against 2026-02-28-1a2b3c4d5e --out since-february.html
    """
    from fraudmatch.inputs import rule_folders
    from fraudmatch.ledger.entering import enter
    from fraudmatch.nights import night_page, read_two
    from fraudmatch.scoring import load_library
    from fraudmatch.site import load_site

    if out.exists():
        raise click.UsageError("The file --out names is there already.")
    where = load_site(site)
    tonight, before = read_two(where.runs_folder, run_id, against)
    page = night_page(tonight, before, where.name, where.partners, load_library(rule_folders(where)).texts())
    held_against = {"against": before.run_id} if before is not None else {}
    enter(where, "report.exported", of=tonight.run_id, detail={"night": 1, **held_against})
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(page.encode("utf-8"))
    told = f"held against {before.run_id}" if before is not None else "there is no night before it"
    click.echo(f"The page of night {tonight.run_id}; {told}.")
    click.echo(f"Open {out}")
