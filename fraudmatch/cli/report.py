"""`fraudmatch report`: the reports of a finished night again, or a plan of officer time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fraudmatch.site import Site


@click.command("report")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--run", "run_id", help="Run id; the newest when absent.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into.")
@click.option("--minutes", type=click.IntRange(1), help="Print the best cases for so much officer time.")
@click.option("--partner", "owner", help="Only cases whose loss this partner bears; with --minutes.")
def command(site: Path, run_id: str | None, out: Path | None, minutes: int | None, owner: str | None) -> None:
    """Write the reports of a finished night of SITE again, byte for byte, into another folder.

    With --minutes print the best list of cases for that time instead, what it leaves, and each
    partner's load and expected gain; with --out too, write it as worklists (CSV and XLSX).
    Every table is checked against the manifest of the run first.

    \b
    Examples:
      fraudmatch report mysite --out reports
      fraudmatch report mysite --minutes 600
      fraudmatch report mysite --minutes 600 --partner cotswold --out this-week
    """
    if minutes is None and out is None:
        raise click.UsageError("Give --out FOLDER for the reports, or --minutes 600 for a plan.")
    if minutes is None and owner is not None:
        raise click.UsageError("--partner goes with --minutes: every partner has its own folder of reports.")
    if minutes is None:
        from fraudmatch.kept import write_reports
        from fraudmatch.site import load_site

        where = load_site(site)
        _enter(where, run_id)
        written = write_reports(where, Path(str(out)), run_id)
        click.echo(f"Wrote {len(written)} files to {out}.")
        return
    _plan(site, run_id, out, minutes, owner)


def _enter(site: Site, run_id: str | None, partner: str | None = None) -> None:
    """That reports leave for a folder, before they do."""
    from fraudmatch.audit import open_run
    from fraudmatch.ledger.entering import enter

    run = open_run(site.runs_folder, run_id)
    enter(site, "report.exported", of=run.folder.name, partner=partner)


def _plan(site: Path, run_id: str | None, out: Path | None, minutes: int, owner: str | None) -> None:
    from fraudmatch.casework import plan
    from fraudmatch.kept import input_of, read_night
    from fraudmatch.report.inputs import Worklist
    from fraudmatch.report.plan_text import PlanText, plan_lines
    from fraudmatch.report.worklist import CaseLists, rules_by_case, write_worklists
    from fraudmatch.site import load_site

    where = load_site(site)
    if owner is not None and owner not in where.partner_ids:
        raise click.UsageError(f"There is no partner {owner}; choose one of: {', '.join(where.partner_ids)}.")
    kept = read_night(where, run_id)
    made = plan(kept.cases, minutes, owner)
    partners = [partner for partner in where.partners if owner in (None, partner.id)]
    rules = rules_by_case(kept.case_flags)
    for line in plan_lines(PlanText(minutes, made.taken, made.left, rules, partners)):
        click.echo(line)
    if out is not None:
        _enter(where, run_id, owner)
        night = input_of(where, kept)
        lists = CaseLists(night, Worklist(made.taken, kept.case_flags))
        written = write_worklists(out, night, lists, owner)
        click.echo(f"Wrote {len(written)} files to {out}.")
