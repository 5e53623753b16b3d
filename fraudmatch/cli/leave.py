"""`fraudmatch leave`: a partner takes its data and its decisions with it, and with --remove is out of the site."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from fraudmatch.cli.purge import day_of, tell_done


@click.command("leave")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("partner")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="New folder.")
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why, for example the number of the notice.")
@click.option(
    "--remove", is_flag=True, help="Then take the partner out of the site and remove what it brought."
)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day that is asked about; today when left out.")
def command(
    site: Path, partner: str, out: Path, by: str, reason: str, remove: bool, on: dt.datetime | None
) -> None:
    """Write what PARTNER brought to SITE and decided in it to a folder; with --remove, take it out of the site.

    With --remove its deliveries, accepted extracts, mappings and agreements go, the words of its decisions are erased,
    and so is every night that holds its records, but the one in force: that goes with the first purge after the
    next night. Nothing of another partner's records is in the folder.

    \b
    Example:
      fraudmatch leave mysite northshire --out northshire-leaves --by "R. Green" --reason "Notice of 3 March"
      fraudmatch leave mysite northshire --out northshire-leaves --by "R. Green" --reason "Notice of 3 March" --remove
    """
    from fraudmatch.errors import RunError
    from fraudmatch.ledger.entering import enter
    from fraudmatch.retention.handed_over import agrees, hand_over
    from fraudmatch.retention.left import left_partners
    from fraudmatch.site import load_site

    loaded = load_site(site)
    if partner in left_partners(loaded):
        raise click.UsageError(
            f"{partner} has left. What of it is still there goes with: fraudmatch purge {site}"
        )
    if partner not in loaded.partner_ids:
        raise click.UsageError(f"There is no partner {partner}; there are {', '.join(loaded.partner_ids)}.")
    if out.exists() and any(out.iterdir()):
        raise click.UsageError("The folder --out names is not empty.")
    if out.resolve().is_relative_to(loaded.root.resolve()):
        raise click.UsageError("The folder --out names lies inside the site.")
    day = day_of(loaded, on.date() if on else None)
    enter(
        loaded,
        "partner.exported",
        by=by,
        partner=partner,
        detail={"remove": remove},
        keyed={"reason": reason},
    )
    done = hand_over(loaded, partner, out)
    click.echo((out / "certificate.txt").read_text(encoding="utf-8"), nl=False)
    click.echo(f"Written to {out}.")
    if not remove:
        return
    if lacking := list(agrees(done, out)):
        raise RunError(
            f"{len(lacking):,} files of {out} are not as they were written, so nothing was removed.",
            remedy="Choose another folder and give the command again.",
        )
    _remove(site, partner, day, by)


def _remove(site: Path, partner: str, day: dt.date, by: str) -> None:
    from fraudmatch.retention.leaving import remove_partner
    from fraudmatch.site import load_site

    for one in remove_partner(load_site(site), partner, day, by=by):
        click.echo()
        tell_done(load_site(site), one)
    click.echo()
    click.echo(
        f"{partner} is out of the site. The night in force still holds its records. Next, in this order:"
    )
    click.echo(f"  fraudmatch run {site}")
    click.echo(f"  fraudmatch purge {site}")
    click.echo(f"Tell {partner} which backups still hold its files, and until when.")
