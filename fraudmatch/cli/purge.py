"""`fraudmatch purge`: what is past its time of retention is removed, and a certificate says what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fraudmatch.retention import Due, Purged, Stays
    from fraudmatch.site import Site

#: A clock that is further ahead of the newest night than this may be wrong, and what is removed does not come back.
_FURTHEST = 100
_MOST = 30


@click.command("purge")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day that is asked about; today when left out.")
@click.option("--by", help="Who decides; the name of the account when left out.")
def command(site: Path, dry_run: bool, on: dt.datetime | None, by: str | None) -> None:
    """Remove from SITE what is past its time: deliveries, what nights kept of them, rows sent back, nights.

    The months stand in [retention] of site.toml; without that table nothing is removed. What the newest night was
    made from, what stands in, and what holds.toml holds stays. A purge that was cut short is finished by the next.
    What was removed stands in purges/, by digests.

    \b
    Example:
      fraudmatch purge mysite --dry-run
      fraudmatch purge mysite --by "R. Green"
    """
    from fraudmatch.errors import GateError
    from fraudmatch.retention import due_in, left_partners, purge, read_holds
    from fraudmatch.retention_terms import Retention
    from fraudmatch.site import load_site

    loaded = load_site(site)
    day = day_of(loaded, on.date() if on else None)
    if dry_run:
        _tell_due(due_in(loaded, loaded.retention or Retention(), read_holds(loaded, day)))
        if loaded.retention is None:
            click.echo(
                "site.toml has no [retention]: these are the months of the program, and purge would stop."
            )
        return
    if loaded.retention is None and not left_partners(loaded):
        raise GateError(
            f"{site / 'site.toml'} has no [retention], so nothing is agreed and nothing was purged.",
            remedy=f"Agree the months and write the table; see docs/retention.md and: fraudmatch purge {site} --dry-run",
        )
    done = purge(loaded, loaded.retention, day, by=by)
    for one in done:
        tell_done(loaded, one)
    if not done:
        stays = due_in(loaded, loaded.retention, read_holds(loaded, day)).stays
        held = sum("hold " in one.why for one in stays)
        click.echo(
            f"Nothing is to be removed on {day}. Past their time or unread, and staying: {len(stays):,}, of them "
            f"{held:,} held. See: fraudmatch purge {site} --dry-run"
        )


def day_of(site: Site, on: dt.date | None) -> dt.date:
    """The day that is asked about.

    Raises:
        GateError: it is the clock's, and the clock is far from the newest night. RunError: there is no night.
    """
    from fraudmatch.audit import open_run
    from fraudmatch.errors import GateError

    newest = dt.date.fromisoformat(open_run(site.runs_folder).manifest["as_at"])
    if on is not None:
        return on
    today = dt.datetime.now(dt.UTC).date()
    if abs((today - newest).days) > _FURTHEST:
        raise GateError(
            f"The clock says {today} and the newest night is of {newest}; nothing was purged.",
            remedy="If the clock is right, say the day: --on YYYY-MM-DD",
        )
    return today


def _tell_due(due: Due) -> None:
    click.echo(f"Past their time on {due.on}: {len(due.items):,} files and nights.")
    _list([f"{one.path}  ({one.term}, since {one.since})" for one in due.items])
    if due.stays:
        click.echo(f"Not to be removed, although past it or unread: {len(due.stays):,}.")
        _list([f"{_named(one)}: {one.why}" for one in due.stays])
    click.echo("Nothing was removed.")


def _named(one: Stays) -> str:
    content = one.content if one.kind == "night" else one.content[:12]
    return " ".join(part for part in (one.kind, one.partner, one.data_set, content) if part)


def _list(lines: Sequence[str]) -> None:
    from fraudmatch.report.clean import clean_text

    for line in lines[:_MOST]:
        click.echo(f"  {clean_text(line)}")
    if len(lines) > _MOST:
        click.echo(f"  … and {len(lines) - _MOST:,} more")


def tell_done(site: Site, done: Purged) -> None:
    """Print the certificate of a purge, and where it stands."""
    path = site.purges_folder / f"{done.number}.txt"
    if done.finished:
        click.echo(f"Purge {done.number} had been cut short; it is finished now.")
    click.echo(path.read_text(encoding="utf-8"), nl=False)
    click.echo(f"{path}; ledger now {done.head}")
