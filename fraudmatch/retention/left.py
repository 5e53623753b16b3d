"""Partners that left a site: since when, and site.toml without them."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from itertools import pairwise
from typing import Any

from fraudmatch.durable import make_folder, write_text
from fraudmatch.errors import SiteError
from fraudmatch.site import Site

_FILE = "left.json"


def left_partners(site: Site) -> dict[str, dt.date]:
    """Partners that left -> the day; one that site.toml names again takes part again."""
    return {name: day for name, day in marked_as_left(site).items() if name not in site.partner_ids}


def marked_as_left(site: Site) -> dict[str, dt.date]:
    """Every partner that was ever marked as one that leaves -> the day."""
    try:
        told = json.loads((site.purges_folder / _FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {str(name): dt.date.fromisoformat(day) for name, day in sorted(told.items())}


def mark_as_left(site: Site, partner: str, on: dt.date) -> None:
    """Remember that a partner leaves; on the disk when this returns. It holds once site.toml names it no more."""
    make_folder(site.purges_folder)
    told = {name: day.isoformat() for name, day in (marked_as_left(site) | {partner: on}).items()}
    write_text(site.purges_folder / _FILE, json.dumps(told, indent=1, sort_keys=True) + "\n")


def without_partner(text: str, partner: str) -> str:
    """A site.toml without the [[partner]] table of one partner, every other line as it was.

    Raises:
        SiteError: lines cannot be told apart, or something else of the file would change.
    """
    wanted: dict[str, Any] = tomllib.loads(text)
    wanted["partner"] = [one for one in wanted["partner"] if one["id"] != partner]
    lines = text.splitlines(keepends=True)
    heads = [place for place, line in enumerate(lines) if line.lstrip().startswith("[")] + [len(lines)]
    for begin, end in pairwise(heads):
        if lines[begin].split("#")[0].strip().replace(" ", "") == "[[partner]]":
            tried = "".join(lines[:begin] + lines[end:])
            if _reads(tried) == wanted:
                return tried
    raise SiteError(
        f"The [[partner]] table of {partner} cannot be taken out of site.toml without changing something else.",
        remedy="Write that table by itself, its lines one below the other, and try again. Nothing was removed.",
    )


def _reads(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
