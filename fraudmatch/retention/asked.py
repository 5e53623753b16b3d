"""What decides whether a thing of a site goes: its terms, its holds, what is in use, and who has left."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fraudmatch.audit import Run, sha256_of
from fraudmatch.audit.store import MANIFEST
from fraudmatch.days import after_months
from fraudmatch.retention.holds import Holds
from fraudmatch.retention.items import Item
from fraudmatch.retention_terms import Retention
from fraudmatch.site import Site


@dataclass(frozen=True)
class Asked:
    """What decides whether a thing goes.

    Attributes:
        newest: the night in force. runs: all that are published. seen: SHA-256 of a delivery -> its first night.
        used: contents in use. held_content: those that a held night was made from and has no copy of.
        datasets: (partner, SHA-256 of a delivery) -> its data set, where a night could tell.
        left: partners that left -> the day.
    """

    site: Site
    on: dt.date
    terms: Retention
    holds: Holds
    newest: Run
    runs: tuple[Run, ...]
    seen: Mapping[str, dt.date]
    used: frozenset[str]
    held_content: frozenset[str]
    datasets: Mapping[tuple[str, str], str]
    left: Mapping[str, dt.date]


def used_of(site: Site, newest: Run) -> frozenset[str]:
    """Contents in use: what the newest night was made from and did not refuse or know already, and what stands in."""
    used = set(newest.manifest.get("inputs", {}).values())
    used |= {row["delivery"] for row in newest.manifest["deliveries"]}
    used -= _refused(newest)
    for note in site.accepted_folder.glob("*/*/*.json"):
        told = json.loads(note.read_text(encoding="utf-8"))
        used |= {str(row["delivery"]) for row in told["deliveries"]} | {str(told["sha256"]), sha256_of(note)}
    return frozenset(used)


def _refused(newest: Run) -> frozenset[str]:
    """Deliveries of which the newest night used nothing, under whatever name, and that no waiting will bring into use."""
    states: dict[str, set[str]] = {}
    for row in newest.manifest["deliveries"]:
        states.setdefault(row["delivery"], set()).add(row["state"])
    return frozenset(digest for digest, told in states.items() if told <= {"refused", "repeated"})


def datasets_of(runs: tuple[Run, ...]) -> dict[tuple[str, str], str]:
    """(partner, SHA-256 of a delivery) -> its data set, where a night could tell."""
    return {
        (row["partner"], row["delivery"]): row["dataset"]
        for run in runs
        for row in run.manifest["deliveries"]
        if row["dataset"]
    }


def item_of(
    asked: Asked, kind: str, path: Path, content: str, since: tuple[dt.date, int], partner: str | None,
    dataset: str | None, night: str | None = None,
) -> Item:  # fmt: skip
    """A thing that goes after some months.

    Args:
        since: the day its time began, and the months it has. The rest is as of an Item.
    """
    day, months = since
    what = {"delivery": "deliveries", "copy": "deliveries", "night": "runs"}.get(kind, kind)
    due = after_months(day, months).isoformat()
    return Item(
        kind, _name(asked, path), _digest(path), content, day.isoformat(), due, f"{what}: {months} months", partner,
        dataset, night,
    )  # fmt: skip


def of_one_who_left(
    asked: Asked, kind: str, path: Path, partner: str, dataset: str | None = None, night: str | None = None
) -> Item:
    """A thing that goes since its partner has left, or since it holds what that partner sent."""
    digest, day = _digest(path), asked.left[partner].isoformat()
    content = night or digest
    return Item(
        kind, _name(asked, path), digest, content, day, day, f"{partner} has left", partner, dataset, night
    )


def _name(asked: Asked, path: Path) -> str:
    return path.relative_to(asked.site.root).as_posix()


def _digest(path: Path) -> str:
    """SHA-256 of a file; of a night, that of its manifest."""
    return sha256_of(path / MANIFEST if path.is_dir() else path)


def dataset_of_slot(site: Site, partner: str, slot: str) -> str | None:
    """The data set of a mapping as it is today; null where it is gone."""
    try:
        text = (site.root / "partners" / partner / f"{slot}.toml").read_text(encoding="utf-8-sig")
        return str(tomllib.loads(text)["dataset"])
    except (OSError, ValueError, KeyError):
        return None
