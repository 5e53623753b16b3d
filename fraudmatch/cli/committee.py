"""`fraudmatch committee`: the report to members."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("committee")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--from", "first", required=True, type=_DAY, help="First day of the period, 2026-04-01.")
@click.option("--to", "last", required=True, type=_DAY, help="Last day of the period.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="New folder to write into."
)
def command(site: Path, first: dt.datetime, last: dt.datetime, out: Path) -> None:
    """Write the report to members of SITE: flagged, reviewed and found in a period, for whom, and at what cost.

    A page, and all its figures as CSV and JSON: by council, service, rule and month, why flags were cleared, what only
    shared data could show, and the yearly figures of the Transparency Code. What only people know (the cost of an
    officer's hour, contacts, staff) stands in committee.toml; docs/committee.md says how.

    \b
    Example:
      fraudmatch committee mysite --from 2026-04-01 --to 2026-09-30 --out report
    """
    from fraudmatch.committee import (
        committee_page,
        figures_csv,
        figures_json,
        figures_of,
        flagged_between,
        read_terms,
    )
    from fraudmatch.inputs import rule_folders
    from fraudmatch.ledger.entering import enter
    from fraudmatch.outcomes.store import open_store
    from fraudmatch.scoring import load_library
    from fraudmatch.site import load_site

    if last < first:
        raise click.UsageError("--to is before --from.")
    if out.exists() and any(out.iterdir()):
        raise click.UsageError("The folder --out names is not empty.")
    where = load_site(site)
    begin, end = first.date(), last.date()
    rules = load_library(rule_folders(where)).texts()
    terms = read_terms(where, {rule.service for rule in rules.values()})
    figures = figures_of(
        where.partners, rules, open_store(where.outcomes_store).events(), flagged_between(where, begin, end), terms,
        begin, end,
    )  # fmt: skip
    period = {"from": begin.isoformat(), "to": end.isoformat()}
    head = str(enter(where, "report.exported", detail={"committee": 1, **period}))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("index.html", committee_page(figures, where.name, head)),
        ("figures.csv", figures_csv(figures)),
        ("figures.json", figures_json(figures)),
    ):
        (out / name).write_bytes(text.encode("utf-8-sig" if name.endswith(".csv") else "utf-8"))
    whole = figures.whole
    click.echo(
        f"{whole.flags:,} flagged in {len(figures.flagged.nights):,} nights; {whole.reviewed:,} reviewed: "
        f"{whole.confirmed:,} confirmed, {whole.error:,} honest mistakes, {whole.cleared:,} with nothing wrong."
    )
    for run_id in figures.flagged.gone:
        click.echo(f"The flags of {run_id} can no longer be read.", err=True)
    click.echo(f"Open {out / 'index.html'}")
