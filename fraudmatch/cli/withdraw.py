"""`fraudmatch withdraw`: what was accepted of a slot must no longer stand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from fraudmatch.cli.release import account, checked_slot


@click.command("withdraw")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("partner")
@click.argument("slot")
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option("--by", help="Who decides; the name of the account when left out.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="Night from which it holds; that of the extract."
)
def command(site: Path, partner: str, slot: str, reason: str, by: str | None, on: dt.datetime | None) -> None:
    """Withdraw what was accepted last of PARTNER's SLOT: it stands no longer, and is removed from accepted/.

    Its bytes are refused should they come again. Runs that are published keep what they hold.

    \b
    Example:
      fraudmatch withdraw mysite northshire payroll --reason "Sent in error; northshire asked for it back"
    """
    from fraudmatch.errors import GateError
    from fraudmatch.intake import Decision, accepted_before, add_decisions, forget, read_decisions
    from fraudmatch.ledger.entering import enter
    from fraudmatch.site import load_site

    loaded = load_site(site)
    checked_slot(loaded, partner, slot)
    last = accepted_before(loaded.accepted_folder, dt.date.max, [(partner, slot)]).get((partner, slot))
    if last is None:
        raise GateError(
            f"Nothing of {partner}/{slot} is in use.", remedy=f"See: fraudmatch deliveries {site}"
        )
    read_decisions(loaded.releases_file)
    day, who, why = on.date() if on else last.as_at, by or account(), " ".join(reason.split())
    for row in last.deliveries:
        enter(
            loaded, "delivery.withdrawn", by=by, partner=partner, of=f"{partner}/{slot}",
            before=str(row["delivery"]), detail={"from": day.isoformat()},
        )  # fmt: skip
    add_decisions(
        loaded.releases_file,
        [
            Decision(partner, slot, str(row["delivery"]), "withdraw", day, who, why, str(row["file"]))
            for row in last.deliveries
        ],
    )
    nights = forget(loaded.accepted_folder, partner, slot)
    click.echo(
        f"{partner}/{slot} is withdrawn; {nights} accepted extracts were removed. The next run has none of it."
    )
    click.echo(
        f"Published runs under {loaded.runs_folder} still hold its records; remove them if they must go too."
    )
