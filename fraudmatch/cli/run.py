"""`fraudmatch run`: the night of a site."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.cli.ending import CAUSES, told_in_the_morning
from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.exercise import Night
    from fraudmatch.site import Site
    from fraudmatch.stages import Prepared, Stopwatch


@click.command("run")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--as-at", type=click.DateTime(["%Y-%m-%d"]), help="Date the exercise speaks of, if not the site's."
)
@click.option(
    "--dry-run", is_flag=True, help="Read and plan only: rows, faults and pairs to compare. Writes nothing."
)
@click.option("--resume", is_flag=True, help="Go on from what an interrupted run had finished.")
@click.option(
    "--fail-on", "fail_on", multiple=True, type=click.Choice([*CAUSES, "nothing"]), default=("held",), show_default=True,
    help="What makes the exit code of a finished night 4; may be repeated.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1), help="Use at most this many threads.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def command(
    ctx: click.Context, site: Path, as_at: dt.datetime | None, dry_run: bool, resume: bool, fail_on: tuple[str, ...],
    threads: int | None, as_json: bool,    quiet: bool,
) -> None:  # fmt: skip
    """Run the night of SITE: extracts in, ranked exception reports out.

    Exits with 4 when it finished but some deliveries were refused, or for what --fail-on names. However it ends,
    runs/morning.txt says how, what is in force and what to do.

    \b
    Example:
      fraudmatch run mysite --as-at 2026-03-31
    """
    from fraudmatch.containment import READERS

    READERS.wake(2)  # they load their libraries while we load ours
    from fraudmatch.exercise import run_night
    from fraudmatch.site import load_site

    day = as_at.date() if as_at else None
    with progress(quiet) as say:
        if dry_run:
            _dry_run(load_site(site), day, as_json, say)
            return
        with told_in_the_morning(site) as ending:
            night = run_night(ending.site, as_at=day, threads=threads, resume=resume, say=say)
            ending.finished(night.prepared.deliveries, fail_on)
    show(night, as_json)
    ctx.exit(ending.exit_code)


def show(night: Night, as_json: bool) -> None:
    """Print what a night found."""
    import json

    if as_json:
        click.echo(json.dumps(dict(night.run.manifest), indent=2, sort_keys=True, ensure_ascii=False))
        return
    from fraudmatch.report.decided import state_totals, unsettled
    from fraudmatch.report.deliveries import delivery_notes
    from fraudmatch.report.overrides import taken_away
    from fraudmatch.report.terminal import NightSummary, summary_lines
    from fraudmatch.report.totals import extract_totals, rule_totals, silent_trials
    from fraudmatch.report.witness import changed_rules
    from fraudmatch.report.words import unverified_values

    told = night.run.manifest.get("ledger")
    texts = night.library.texts(night.as_at)
    flags = unsettled(night.scored.flags, night.attached)
    summary = NightSummary(
        site_name=night.site.name,
        as_at=night.as_at,
        run_id=night.run.folder.name,
        extracts=extract_totals(night.prepared.deliveries),
        notes=delivery_notes(night.prepared.deliveries, night.prepared.rejects),
        stages=list(night.watch.seconds.items()),
        rules=rule_totals(flags, texts),
        silent_trials=silent_trials(night.scored.flags["rule_id"].to_pylist(), texts),
        unverified=unverified_values(texts[rule_id] for rule_id in sorted(set(flags["rule_id"].to_pylist()))),
        flags=flags.num_rows,
        held=night.scored.held.num_rows,
        taken_away=taken_away(night.overruled),
        cases=night.casework.cases.num_rows,
        decided=state_totals(night.attached),
        outcome_faults=night.run.manifest["outcomes"]["faults"],
        reports=night.run.reports,
        files=len(night.files),
        ledger_head=f"{told['seq']}:{told['hash'][:16]}" if told else "",
        changed_rules=changed_rules(night.run.manifest.get("changes", ())),
        restricted=night.run.manifest["restricted"],
    )
    for line in summary_lines(summary):
        click.echo(line)


def _dry_run(site: Site, day: dt.date | None, as_json: bool, say: Any) -> None:
    from fraudmatch.exercise import as_at_of, prepare
    from fraudmatch.inputs import rule_folders
    from fraudmatch.linkage.night import plan_all
    from fraudmatch.scoring import load_library, read_overrides
    from fraudmatch.stages import Stopwatch

    watch = Stopwatch()
    read_overrides(site.overrides, site.partner_ids, load_library(rule_folders(site)))
    prepared = prepare(site, as_at_of(site, day), watch, say)
    plans = plan_all(prepared.records, prepared.details)
    if as_json:
        _print_json(prepared, plans)
    else:
        _print_plan(site, day, prepared, plans, watch)


def _print_json(prepared: Prepared, plans: dict[str, Any]) -> None:
    import json
    from dataclasses import asdict

    from fraudmatch.arrivals import plain_rows

    document = {
        "deliveries": plain_rows(prepared.deliveries),
        "records": prepared.records.num_rows,
        "rejects": prepared.rejects.num_rows,
        "plan": {model: [asdict(one) for one in passes] for model, passes in plans.items()},
    }
    click.echo(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def _print_plan(
    site: Site, day: dt.date | None, prepared: Prepared, plans: dict[str, Any], watch: Stopwatch
) -> None:
    from fraudmatch.exercise import as_at_of
    from fraudmatch.report.deliveries import delivery_notes
    from fraudmatch.report.layout import text_table
    from fraudmatch.report.terminal import NightSummary, summary_lines
    from fraudmatch.report.totals import extract_totals

    summary = NightSummary(
        site_name=site.name, as_at=as_at_of(site, day), run_id="(dry run)",
        extracts=extract_totals(prepared.deliveries), stages=list(watch.seconds.items()), rules=(), flags=0,
        notes=delivery_notes(prepared.deliveries, prepared.rejects),
    )  # fmt: skip
    rows = [
        (model, one.key, f"{one.keyed:,}", f"{one.pairs:,}", f"{one.largest:,}", f"{one.left_out_records:,}")
        for model, passes in plans.items()
        for one in passes
    ]
    lines = summary_lines(summary)
    lines += ["", "Pairs the linkage models would compare:"]
    headings = ("model", "records that share", "with key", "pairs", "largest block", "left out")
    lines += text_table(headings, rows, right=(2, 3, 4, 5), most=48)
    for line in lines:
        click.echo(line)
