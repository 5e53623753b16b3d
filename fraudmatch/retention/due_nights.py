"""Nights past their time, and of the others what is past its own: copies of deliveries, rows sent back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from fraudmatch.audit import Run, sha256_of
from fraudmatch.days import after_months
from fraudmatch.retention.asked import Asked, dataset_of_slot, item_of, of_one_who_left
from fraudmatch.retention.items import Item, Stays, held_words
from fraudmatch.steps.made_from import copies_of


def nights_due(asked: Asked) -> Iterator[Item | Stays]:
    """Nights past their time, and of the others what is past its own: copies of deliveries, rows sent back."""
    for run in asked.runs:
        name, day = run.folder.name, dt.date.fromisoformat(run.manifest["as_at"])
        datasets = {row["dataset"] for row in run.manifest["deliveries"] if row["dataset"]}
        months = asked.terms.months("runs", datasets)
        left = sorted({row["partner"] for row in run.manifest["deliveries"]} & asked.left.keys())
        due, holds = bool(left) or asked.on >= after_months(day, months), asked.holds.of_night(run)
        whose = left[0] if left else None
        if name == asked.newest.folder.name:
            if due:
                yield Stays("night", name, "is the newest night, and in use", whose, night=name)
            why = "the newest night was made from it; goes when a newer one is in force"
            for one in _copies(asked, run):
                yield Stays("copy", one.content, why, one.partner, one.data_set, name)
        elif holds:
            if due:
                yield Stays("night", name, held_words(holds), whose, night=name)
        elif left:
            yield of_one_who_left(asked, "night", run.folder, left[0], None, name)
        elif due:
            yield item_of(asked, "night", run.folder, name, (day, months), None, None, name)
        else:
            yield from _copies(asked, run)
            yield from _sent_back(asked, run, day, asked.terms.months("sent_back", datasets))


def _copies(asked: Asked, run: Run) -> Iterator[Item | Stays]:
    """What a night kept of deliveries past their time, and of what had been accepted from them."""
    inputs: Mapping[str, str] = run.manifest.get("inputs", {})
    for name, content in sorted(inputs.items(), key=lambda one: (one[1], one[0])):
        kind, _, rest = name.partition("/")
        if kind not in ("deliveries", "accepted") or content in asked.used:
            continue
        partner = rest.partition("/")[0]
        if kind == "deliveries":
            dataset, since = asked.datasets.get((partner, content)), asked.seen.get(content)
        else:
            dataset = dataset_of_slot(asked.site, partner, rest.split("/")[1])
            since = _date_in(Path(name).stem)
        months = asked.terms.months("deliveries", {dataset})
        if since is None or asked.on < after_months(since, months):
            continue
        if holds := asked.holds.of_delivery(partner, dataset):
            yield Stays("copy", content, held_words(holds), partner, dataset, run.folder.name)
        else:
            for path in copies_of(run, content):
                yield item_of(
                    asked, "copy", path, content, (since, months), partner, dataset, run.folder.name
                )


def _date_in(stem: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(stem)
    except ValueError:
        return None


def _sent_back(asked: Asked, run: Run, day: dt.date, months: int) -> Iterator[Item]:
    """Rows as they came that a night set aside: the table, and the files for the partners."""
    if asked.on < after_months(day, months):
        return
    for name in sorted(run.manifest["artefacts"]):
        parts = name.split("/")
        files = parts[0] == "reports" and "to-correct" in parts[1:-1]
        path = run.folder / name
        if (name == "tables/sent_back.parquet" or files) and path.is_file():
            partner = parts[1] if files else None
            digest = sha256_of(path)
            yield item_of(asked, "sent_back", path, digest, (day, months), partner, None, run.folder.name)
