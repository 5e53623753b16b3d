"""A partner leaves: it is taken out of the site, and what it brought is removed.

Mark (`purges/left.json`), entry "partner.left", site.toml without it, then a purge. Before site.toml is written nothing has
changed and the command can be given again; after it, every purge goes on with what is left to remove.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator

from fraudmatch.durable import write_text
from fraudmatch.errors import GateError, Problem
from fraudmatch.ledger.entering import enter
from fraudmatch.locking import locked
from fraudmatch.retention.holds import read_holds
from fraudmatch.retention.left import mark_as_left, without_partner
from fraudmatch.retention.purge import Purged, purge
from fraudmatch.site import Site, load_site

#: Moments at which tests stop it, before those of its purge.
POINTS = ("marked", "told", "out")


def remove_partner(
    site: Site, partner: str, on: dt.date, *, by: str, at: Callable[[str], None] = lambda _: None
) -> list[Purged]:
    """Take a partner out of a site and remove what it brought; the purges that were carried out.

    Nothing of it is used by the next night. The night in force holds its records until a newer one is in force.

    Args:
        on: the day. by: who decides. at: told each of POINTS as it is reached; for tests.

    Raises:
        GateError: something stands against it; all of it is named, and nothing was changed.
        SiteError: site.toml cannot be rewritten; nothing was changed. BusyError: a run is active.
    """
    against = list(_against(site, partner, on))
    if against:
        raise GateError(
            f"{partner} cannot be removed yet; nothing was changed.",
            remedy="Settle what is named, then give the command again.",
            problems=against,
        )
    path = site.root / "site.toml"
    text = without_partner(path.read_text(encoding="utf-8"), partner)
    tomllib.loads(text)
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    with locked(site.runs_folder / ".lock", started):
        mark_as_left(site, partner, on)
        at("marked")
        enter(site, "partner.left", by=by, partner=partner, detail={"on": on.isoformat()})
        at("told")
        write_text(path, text)
        at("out")
    left = load_site(site.root)
    return purge(left, left.retention, on, by=by)


def _against(site: Site, partner: str, on: dt.date) -> Iterator[Problem]:
    if len(site.partners) == 1:
        yield Problem("site.toml", "partner", "It is the only partner; a site without one is none.")
    for place, table in enumerate(site.overrides, 1):
        if table.get("partner") == partner:
            yield Problem("site.toml", f"override {place}", f"It names {partner}.", "Take the table out.")
    for number in read_holds(site, on).of_delivery(partner, None):
        yield Problem("holds.toml", f"hold {number}", f"It holds what {partner} sent.", "Lift it, or wait.")
