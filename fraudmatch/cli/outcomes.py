"""`fraudmatch outcomes …`: what people decided about flags; told, listed, written to a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudmatch.cli.handed_in import import_
from fraudmatch.cli.moving import move
from fraudmatch.cli.release import account

if TYPE_CHECKING:
    from fraudmatch.outcomes import Decision, Event
    from fraudmatch.site import Site

_SITE = click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))

#: The reasons with their words, for the help; `record` itself asks the store what it takes.
_REASONS = (
    "held_correctly, different_person, moved, disregarded, declared_interest, transfer, recurring_payment, "
    "already_corrected, already_known, our_data"
)


def _pence(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """An amount in pounds as pence."""
    if value is None:
        return None
    try:
        pence = Decimal(value.replace(",", "").removeprefix("£")) * 100
        if pence.is_finite() and pence >= 0 and pence == pence.to_integral_value():
            return int(pence)
    except InvalidOperation:
        pass
    raise click.BadParameter("write pounds with at most two decimals, not below 0.", ctx, param)


@click.group("outcomes")
def command() -> None:
    """Record what was found of a flag, take it from a workbook, list it, and write it to a file.

    A decision is never changed: a later one takes its place, and both are kept.
    """


command.add_command(import_)
command.add_command(move)


@command.command("record")
@_SITE
@click.argument("flag")
@click.option(
    "--outcome",
    required=True,
    type=click.Choice(["confirmed", "error", "cleared", "unresolved", "reopened"]),
    help="confirmed and error (an honest mistake) are real; reopened takes a decision back.",
)
@click.option("--reason", help=f"Why nothing is wrong; of cleared flags. One of: {_REASONS}.")
@click.option("--by", help="Who decided; the name of the account when left out.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the decision; the newest run's night.")
@click.option("--minutes", type=click.IntRange(0, 100_000), help="Officer time to the decision.")
@click.option("--actual", callback=_pence, metavar="POUNDS", help="Pounds paid or lost, as records show.")
@click.option("--estimate", callback=_pence, metavar="POUNDS", help="Pounds worked out from records.")
@click.option("--notional", callback=_pence, metavar="POUNDS", help="Pounds by a published average.")
@click.option("--prevented", callback=_pence, metavar="POUNDS", help="Pounds stopped before they were paid.")
@click.option("--note", help="Anything; of nobody who is not party to the flag.")
@click.option(
    "--supersedes", type=click.IntRange(1), metavar="EVENT", help="The decision this one takes the place of."
)
def record(
    site: Path, flag: str, outcome: str, reason: str | None, by: str | None, on: dt.datetime | None,
    minutes: int | None, actual: int | None, estimate: int | None, notional: int | None, prevented: int | None,
    note: str | None, supersedes: int | None,
) -> None:  # fmt: skip
    """Record what was found of FLAG, its key or the first characters of it, of the newest run of SITE.

    A flag that has been decided needs --supersedes with the number of that decision, so that nobody
    undoes what somebody else found in the meantime. Told twice, a decision is kept once.

    \b
    Example:
      fraudmatch outcomes record mysite 0f3a --outcome cleared --reason moved --minutes 12
    """
    from fraudmatch.outcomes import CLEARED_REASONS, key_of
    from fraudmatch.outcomes.store import open_store
    from fraudmatch.site import load_site

    if outcome == "cleared" and reason not in CLEARED_REASONS:
        raise click.UsageError(f"A cleared flag needs --reason, one of: {', '.join(CLEARED_REASONS)}.")
    loaded = load_site(site)
    about, night = _about(loaded, flag)
    decision = replace(
        about, outcome=outcome, reason=reason, decided_by=by or account(), decided_on=on.date() if on else night,
        minutes=minutes, value_actual_pence=actual, value_estimate_pence=estimate, value_notional_pence=notional,
        value_prevented_pence=prevented, note=note,
    )  # fmt: skip
    store = open_store(loaded.outcomes_store)
    newest = store.newest(decision.flag_key)
    if newest is not None and _same(newest.decision, decision):
        click.echo(f"Flag {decision.flag_key} stands so already: {newest}.")
        return
    done = store.record(
        decision,
        key=key_of(decision, "record", supersedes),
        recorded_at=dt.datetime.now(dt.UTC),
        supersedes=supersedes,
    )
    if not done.added:
        click.echo(f"That was told before: {done.event}. In force is: {store.newest(decision.flag_key)}.")
        return
    click.echo(f"Flag {decision.flag_key} ({decision.rule_id}, {decision.partner}): {done.event}.")
    click.echo(f"It counts in nights from {decision.decided_on.isoformat()} on. Next: fraudmatch run {site}")


@command.command("list")
@_SITE
@click.option("--partner", help="Only flags of this partner.")
@click.option(
    "--all", "whole", is_flag=True, help="Every decision, also those that others took the place of."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def list_(site: Path, partner: str | None, whole: bool, as_json: bool) -> None:
    """List what was decided: of every flag of SITE the decision in force.

    \b
    Example:
      fraudmatch outcomes list mysite --partner northshire
    """
    import json

    from fraudmatch.outcomes.listing import in_force, plain
    from fraudmatch.site import load_site

    loaded = load_site(site)
    _checked_partner(loaded, partner)
    events, damage = _events(loaded)
    shown = [
        each for each in (events if whole else in_force(events)) if partner in (None, each.decision.partner)
    ]
    if damage:
        click.echo(
            f"{loaded.outcomes_store} is damaged ({damage}); this is what can be read of it.", err=True
        )
    if as_json:
        document = {"damage": damage or None, "outcomes": [plain(event) for event in shown]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True))
        return
    for line in _lines(shown, site):
        click.echo(line)


@command.command("export")
@_SITE
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--partner", help="Only flags of this partner.")
def export(site: Path, file: Path, partner: str | None) -> None:
    """Write every decision about flags of SITE, in their order, to FILE (CSV, UTF-8). Notes are in it.

    \b
    Example:
      fraudmatch outcomes export mysite decisions.csv
    """
    from fraudmatch.errors import StoreError
    from fraudmatch.ledger.entering import enter
    from fraudmatch.outcomes.listing import as_csv
    from fraudmatch.site import load_site

    loaded = load_site(site)
    _checked_partner(loaded, partner)
    events, damage = _events(loaded)
    mine = [event for event in events if partner in (None, event.decision.partner)]
    enter(loaded, "outcomes.exported", partner=partner, detail={"decisions": len(mine)})
    try:
        file.write_bytes(
            b"\xef\xbb\xbf" + as_csv(mine).encode("utf-8")
        )  # the mark tells spreadsheets that it is UTF-8
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error}.", remedy="Name another file.") from error
    if damage:
        click.echo(
            f"{loaded.outcomes_store} is damaged ({damage}); the file has what can be read of it.", err=True
        )
    click.echo(f"{file}: {len(mine):,} decision{'' if len(mine) == 1 else 's'}")


def _about(site: Site, flag: str) -> tuple[Decision, dt.date]:
    """What is known of a flag, as a decision that decides nothing yet; and the night it was looked up in.

    A flag that the newest run does not have any more is looked for among those decided before.

    Raises:
        UsageError: no flag, or more than one, begins so.
    """
    from fraudmatch.kept import flag_in_newest_night
    from fraudmatch.outcomes.store import open_store

    found, night = flag_in_newest_night(site, flag, lambda: open_store(site.outcomes_store).secret())
    if not found:
        events, _ = _events(site)
        before = {each.decision.flag_key: each.decision for each in events}
        found = [told for key, told in sorted(before.items()) if key.startswith(flag.lower())]
    if len(found) != 1:
        why = "give more characters." if found else "the last column of every report has the key."
        raise click.UsageError(f"{len(found)} flags of {site.root} begin with {flag!r}; {why}")
    return found[0], night


def _same(before: Decision, now: Decision) -> bool:
    """Whether a decision says what the one before it says, of a flag that rests on the same."""
    return before.told() == now.told() and before.basis == now.basis


def _events(site: Site) -> tuple[list[Event], str]:
    """All events of a site, and what is wrong with its store; none, and no store made, where there is none."""
    from fraudmatch.store.access import exists

    if not exists(site.outcomes_store):
        return [], ""
    from fraudmatch.outcomes.store import open_store

    store = open_store(site.outcomes_store)
    return store.events(), store.damage


def _checked_partner(site: Site, partner: str | None) -> None:
    if partner is not None and partner not in site.partner_ids:
        raise click.BadParameter(
            f"There is no partner {partner!r}; there are: {', '.join(site.partner_ids)}.",
            param_hint="--partner",
        )


def _lines(events: list[Event], site: Path) -> list[str]:
    from fraudmatch.report.layout import text_table

    if not events:
        return [f"Nothing has been decided. Tell it with: fraudmatch outcomes record {site} FLAG --outcome …"]
    rows = [
        (
            f"{event.sequence:,}", told.flag_key[:12], told.rule_id, told.partner, told.outcome,
            told.reason or "–", told.decided_on.isoformat(),
            told.decided_by or "–", "–" if told.minutes is None else f"{told.minutes:,}",
        )
        for event in events
        for told in [event.decision]
    ]  # fmt: skip
    headings = ("event", "flag", "rule", "partner", "outcome", "reason", "on", "by", "minutes")
    return text_table(headings, rows, right=(0, 8), most=24)
