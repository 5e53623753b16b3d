"""Deliveries as they came, and what was accepted, that are past their time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fraudmatch.audit import sha256_of
from fraudmatch.days import after_months
from fraudmatch.intake import Register
from fraudmatch.retention.asked import Asked, dataset_of_slot, item_of, of_one_who_left
from fraudmatch.retention.items import Item, Stays, held_words
from fraudmatch.site import SIDECARS


def of_partners_who_left(asked: Asked) -> Iterator[Item | Stays]:
    """Files of partners that left: what they sent, what was accepted of it, and how it was agreed and read."""
    for partner in sorted(asked.left):
        holds = asked.holds.of_delivery(partner, None)
        for kind, folder in (("delivery", "deliveries"), ("accepted", "accepted"), ("agreement", "partners")):
            for path in sorted((asked.site.root / folder / partner).rglob("*")):
                if not path.is_file() and not path.is_symlink():
                    continue
                if path.is_symlink():
                    yield Stays(kind, "", "is a link; what it leads to is not of this site", partner)
                elif holds:
                    yield Stays(kind, sha256_of(path), held_words(holds), partner)
                else:
                    yield of_one_who_left(asked, kind, path, partner)


def deliveries_due(asked: Asked) -> Iterator[Item | Stays]:
    """Files in deliveries/, with what describes them."""
    site = asked.site
    folders = (path for path in (site.root / "deliveries").glob("*") if path.is_dir())
    for folder in sorted(path for path in folders if path.name not in asked.left):
        for path in site.deliveries_of(folder.name):
            if path.is_symlink():
                yield Stays("delivery", "", "is a link; what it leads to is not of this site", folder.name)
                continue
            digest = sha256_of(path)
            dataset = asked.datasets.get((folder.name, digest))
            told = _delivery(asked, digest, folder.name, dataset)
            if isinstance(told, Stays):
                yield told
            elif told is not None:
                files = [path, *(path.with_name(path.name + ending) for ending in SIDECARS)]
                for file in filter(Path.is_file, files):
                    yield item_of(asked, "delivery", file, digest, told, folder.name, dataset)


def _delivery(
    asked: Asked, digest: str, partner: str, dataset: str | None
) -> tuple[dt.date, int] | Stays | None:
    """When its time began and the months it has, where that is over; else why it stays, or nothing."""
    since = asked.seen.get(digest)
    if since is None:
        return Stays("delivery", digest, "no night has read it yet", partner, dataset)
    months = asked.terms.months("deliveries", {dataset})
    if asked.on < after_months(since, months):
        return None
    if digest in asked.used:
        return Stays("delivery", digest, "is in use, or waits for a person", partner, dataset)
    holds = asked.holds.of_delivery(partner, dataset)
    if holds:
        return Stays("delivery", digest, held_words(holds), partner, dataset)
    if digest in asked.held_content:
        return Stays("delivery", digest, "a held night was made from it and has no copy", partner, dataset)
    return since, months


def accepted_due(asked: Asked, register: Register) -> Iterator[Item | Stays]:
    """What had been accepted and may not stand any longer: past its sharing record, or its mapping is gone.

    What stands otherwise is in use, whatever its age; intake lets go of all but two nights of a mapping.
    """
    site = asked.site
    for note in sorted(site.accepted_folder.glob("*/*/*.json")):
        partner, slot = note.parent.parent.name, note.parent.name
        if partner in asked.left:
            continue
        told: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
        dataset = str(told["deliveries"][0]["dataset"])
        made = [row["extracted_on"] for row in told["deliveries"] if row.get("extracted_on")]
        since = dt.date.fromisoformat(min(made, default=str(told["since"])))
        if partner in site.partner_ids and dataset_of_slot(site, partner, slot):
            agreed = register.of(partner, dataset)
            months = agreed.retention_months if agreed else None
        else:
            months = asked.terms.months("deliveries", {dataset})
        if months is None or asked.on < after_months(since, months):
            continue
        holds = asked.holds.of_delivery(partner, dataset)
        content = str(told["sha256"])
        if holds:
            yield Stays("accepted", content, held_words(holds), partner, dataset)
            continue
        for path in (note.with_suffix(".parquet"), note):
            if path.is_file():
                yield item_of(asked, "accepted", path, content, (since, months), partner, dataset)
