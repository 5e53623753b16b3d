"""`fraudmatch release`: a person lets a held delivery in, or refuses it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.cli.deliveries import slot_of

if TYPE_CHECKING:
    from fraudmatch.site import Site


@click.command("release")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("partner")
@click.argument("slot")
@click.option("--reason", required=True, help="Why, in a sentence; printed wherever the delivery is used.")
@click.option("--by", help="Who decides; the name of the account when left out.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Night from which it holds; the newest run's.")
@click.option("--file", "file_name", help="Which file, where several of the slot are held.")
@click.option("--refuse", is_flag=True, help="Never use it, instead of using it.")
def command(
    site: Path, partner: str, slot: str, reason: str, by: str | None, on: dt.datetime | None,
    file_name: str | None, refuse: bool,
) -> None:  # fmt: skip
    """Let in the delivery of PARTNER's SLOT that the newest run of SITE held; the next run uses it.

    The decision names this one delivery by its SHA-256 and is kept in releases.csv.

    \b
    Example:
      fraudmatch release mysite northshire payroll --reason "Two schools left; confirmed by telephone"
    """
    from fraudmatch.audit import open_run
    from fraudmatch.errors import GateError
    from fraudmatch.intake import Decision, add_decisions, read_decisions
    from fraudmatch.ledger.entering import enter
    from fraudmatch.site import load_site

    loaded = load_site(site)
    checked_slot(loaded, partner, slot)
    run = open_run(loaded.runs_folder)
    rows = _held(loaded, run.read("deliveries").to_pylist(), partner, slot)
    if file_name is not None:
        rows = [row for row in rows if row["file"] == file_name]
    if not rows:
        raise GateError(
            f"Run {run.folder.name} holds no delivery of {partner}/{slot}.",
            remedy=f"See what it holds: fraudmatch deliveries {site}",
        )
    _hold_one(rows, run.read("rejects").to_pylist())
    read_decisions(loaded.releases_file)  # a file with faults is not added to
    day = on.date() if on else dt.date.fromisoformat(run.manifest["as_at"])
    for row in rows:
        enter(
            loaded, "delivery.refused" if refuse else "delivery.released", by=by, partner=partner,
            of=f"{partner}/{slot}", after=str(row["delivery"]), detail={"from": day.isoformat()},
        )  # fmt: skip
    add_decisions(
        loaded.releases_file,
        [
            Decision(partner, slot, row["delivery"], "refuse" if refuse else "release", day, by or account(),
                     " ".join(reason.split()), row["file"])
            for row in rows
        ],
    )  # fmt: skip
    done = "refused" if refuse else "released"
    for row in rows:
        click.echo(f"{partner}/{row['file']} is {done} from the night of {day} on.")
    click.echo(f"Next: fraudmatch run {site}")


def checked_slot(site: Site, partner: str, slot: str) -> None:
    """Nothing, when the site has such a slot.

    Raises:
        SiteError: it has not; names the nearest.
    """
    import difflib

    from fraudmatch.errors import SiteError
    from fraudmatch.extract import slots_of

    known = [f"{one} {other}" for one, other in slots_of(site)]
    if f"{partner} {slot}" not in known:
        near = difflib.get_close_matches(f"{partner} {slot}", known, n=1)
        hint = (
            f"Did you mean: {near[0]}?" if near else f"Slots are the mappings under {site.root / 'partners'}."
        )
        raise SiteError(f"There is no slot {slot!r} of a partner {partner!r}.", remedy=hint)


def _held(site: Site, deliveries: list[dict[str, Any]], partner: str, slot: str) -> list[dict[str, Any]]:
    return [
        row
        for row in deliveries
        if row["state"] == "held"
        and row["partner"] == partner
        and slot_of(site, partner, row["file"]) == slot
    ]


def _hold_one(rows: list[dict[str, Any]], rejects: list[dict[str, Any]]) -> None:
    """Several files are released together only as the parts of one delivery.

    Raises:
        GateError: they are rivals.
    """
    from fraudmatch.errors import GateError

    files = {row["file"] for row in rows}
    rivals = any(one["reason"] == "AMBIGUOUS_DELIVERY" and one["file"] in files for one in rejects)
    if len(rows) > 1 and rivals:
        names = ", ".join(sorted(files))
        raise GateError(
            f"{len(rows)} files are held in this slot: {names}.",
            remedy="Say which one counts with --file NAME.",
        )


def account() -> str:
    """Who is at the keyboard, as the system calls them."""
    from fraudmatch.ledger.people import login_name

    return login_name()
