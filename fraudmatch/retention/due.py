"""What of a site is past its time on a day, and what stays although it is."""

from __future__ import annotations

import calendar
import datetime as dt
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fraudmatch.audit import Run, open_run, run_ids, sha256_of
from fraudmatch.intake import Register, read_register
from fraudmatch.retention.holds import Holds
from fraudmatch.retention.seen import first_seen
from fraudmatch.retention_terms import Retention
from fraudmatch.site import SIDECARS, Site

#: Kinds of things, in the order they are removed.
KINDS = ("delivery", "copy", "sent_back", "accepted", "night")


@dataclass(frozen=True, order=True)
class Item:
    """Something that is to go.

    Attributes:
        kind: one of KINDS. A copy is what a night kept of a delivery, or of what had been accepted.
        path: from the site folder. sha256: of the file; of a night, of its manifest.
        content: SHA-256 of the delivery it is, or is a copy of; that of the file for other things.
        since: the day its time began. due: the day it was over.
        term: which months, of what. partner / data_set: whose; null = of many. night: the run it lies in.
    """

    kind: str
    path: str
    sha256: str
    content: str
    since: str
    due: str
    term: str
    partner: str | None = None
    data_set: str | None = None
    night: str | None = None


@dataclass(frozen=True, order=True)
class Stays:
    """Something that is past its time and stays, or whose time is not known.

    Attributes:
        kind / content / partner / data_set / night: as of an Item. why: in words; names holds by their number.
    """

    kind: str
    content: str
    why: str
    partner: str | None = None
    data_set: str | None = None
    night: str | None = None


@dataclass(frozen=True)
class Due:
    """What is to go on a day, and what stays.

    Attributes:
        seen: SHA-256 of each delivery that is there -> the night that read it first.
    """

    on: dt.date
    items: tuple[Item, ...]
    stays: tuple[Stays, ...]
    seen: Mapping[str, dt.date] = field(default_factory=dict)


@dataclass(frozen=True)
class _Asked:
    """What decides whether a thing goes."""

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


def due_in(site: Site, terms: Retention, holds: Holds) -> Due:
    """What of a site is to go on the day of the holds, and what stays although its time is over.

    Never to go: the newest night and all it was made from, what stands in, what no night has read.

    Raises:
        RunError: there is no night. SiteError: sharing records have faults.
    """
    runs = tuple(open_run(site.runs_folder, run_id) for run_id in run_ids(site.runs_folder))
    newest = open_run(site.runs_folder)
    seen = first_seen(site, runs)
    held = [run for run in runs if holds.of_night(run)]
    contents = frozenset(
        digest
        for run in held
        for digest in run.manifest.get("inputs", {}).values()
        if not any(_kept_copies(run, digest))
    )
    asked = _Asked(
        site, holds.on, terms, holds, newest, runs, seen, _used(site, newest), contents, _datasets(runs)
    )
    found = sorted({*_deliveries(asked), *_in_nights(asked), *_accepted(asked, read_register(site))}, key=str)
    items = sorted((one for one in found if isinstance(one, Item)), key=lambda i: (KINDS.index(i.kind), i))
    stays = [one for one in found if isinstance(one, Stays)]
    return Due(holds.on, tuple(items), tuple(sorted(stays, key=str)), seen)


def after_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _used(site: Site, newest: Run) -> frozenset[str]:
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


def _datasets(runs: tuple[Run, ...]) -> dict[tuple[str, str], str]:
    """(partner, SHA-256 of a delivery) -> its data set, where a night could tell."""
    return {
        (row["partner"], row["delivery"]): row["dataset"]
        for run in runs
        for row in run.manifest["deliveries"]
        if row["dataset"]
    }


def _deliveries(asked: _Asked) -> Iterator[Item | Stays]:
    """Files in deliveries/, with what describes them."""
    site = asked.site
    for folder in sorted(path for path in (site.root / "deliveries").glob("*") if path.is_dir()):
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
                    yield _item(asked, "delivery", file, digest, told, folder.name, dataset)


def _delivery(
    asked: _Asked, digest: str, partner: str, dataset: str | None
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
        return Stays("delivery", digest, _held(holds), partner, dataset)
    if digest in asked.held_content:
        return Stays("delivery", digest, "a held night was made from it and has no copy", partner, dataset)
    return since, months


def _item(
    asked: _Asked, kind: str, path: Path, content: str, since: tuple[dt.date, int], partner: str | None,
    dataset: str | None, night: str | None = None,
) -> Item:  # fmt: skip
    day, months = since
    name = path.relative_to(asked.site.root).as_posix()
    what = {"delivery": "deliveries", "copy": "deliveries", "night": "runs"}.get(kind, kind)
    return Item(
        kind, name, sha256_of(path / "manifest.json" if kind == "night" else path), content, day.isoformat(),
        after_months(day, months).isoformat(), f"{what}: {months} months", partner, dataset, night,
    )  # fmt: skip


def _in_nights(asked: _Asked) -> Iterator[Item | Stays]:
    """Nights past their time, and of the others what is past its own: copies of deliveries, rows sent back."""
    for run in asked.runs:
        name, day = run.folder.name, dt.date.fromisoformat(run.manifest["as_at"])
        datasets = {row["dataset"] for row in run.manifest["deliveries"] if row["dataset"]}
        months = asked.terms.months("runs", datasets)
        due, holds = asked.on >= after_months(day, months), asked.holds.of_night(run)
        if name == asked.newest.folder.name:
            if due:
                yield Stays("night", name, "is the newest night, and in use", night=name)
            for item in _copies(asked, run):
                why = "the newest night was made from it; goes when a newer one is in force"
                yield Stays("copy", item.content, why, item.partner, item.data_set, name)
        elif holds:
            if due:
                yield Stays("night", name, _held(holds), night=name)
        elif due:
            yield _item(asked, "night", run.folder, name, (day, months), None, None, name)
        else:
            yield from _copies(asked, run)
            yield from _sent_back(asked, run, day, asked.terms.months("sent_back", datasets))


def _copies(asked: _Asked, run: Run) -> Iterator[Item]:
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
            dataset = _dataset_of_slot(asked.site, partner, rest.split("/")[1])
            since = _date_in(Path(name).stem)
        if since is None or asked.holds.of_delivery(partner, dataset):
            continue
        months = asked.terms.months("deliveries", {dataset})
        if asked.on >= after_months(since, months):
            for path in _kept_copies(run, content):
                yield _item(asked, "copy", path, content, (since, months), partner, dataset, run.folder.name)


def _kept_copies(run: Run, content: str) -> Iterator[Path]:
    for name in (f"{content}.zst", content):
        path = run.folder / "inputs" / name
        if path.is_file():
            yield path


def _date_in(stem: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(stem)
    except ValueError:
        return None


def _dataset_of_slot(site: Site, partner: str, slot: str) -> str | None:
    """The data set of a mapping as it is today; null where it is gone."""
    try:
        text = (site.root / "partners" / partner / f"{slot}.toml").read_text(encoding="utf-8-sig")
        return str(tomllib.loads(text)["dataset"])
    except (OSError, ValueError, KeyError):
        return None


def _sent_back(asked: _Asked, run: Run, day: dt.date, months: int) -> Iterator[Item]:
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
            yield _item(asked, "sent_back", path, digest, (day, months), partner, None, run.folder.name)


def _accepted(asked: _Asked, register: Register) -> Iterator[Item | Stays]:
    """What had been accepted and may not stand any longer: past its sharing record, or its mapping is gone.

    What stands otherwise is in use, whatever its age; intake lets go of all but two nights of a mapping.
    """
    site = asked.site
    for note in sorted(site.accepted_folder.glob("*/*/*.json")):
        partner, slot = note.parent.parent.name, note.parent.name
        told: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
        dataset = str(told["deliveries"][0]["dataset"])
        made = [row["extracted_on"] for row in told["deliveries"] if row.get("extracted_on")]
        since = dt.date.fromisoformat(min(made, default=str(told["since"])))
        if partner in site.partner_ids and _dataset_of_slot(site, partner, slot):
            agreed = register.of(partner, dataset)
            months = agreed.retention_months if agreed else None
        else:
            months = asked.terms.months("deliveries", {dataset})
        if months is None or asked.on < after_months(since, months):
            continue
        holds = asked.holds.of_delivery(partner, dataset)
        content = str(told["sha256"])
        if holds:
            yield Stays("accepted", content, _held(holds), partner, dataset)
            continue
        for path in (note.with_suffix(".parquet"), note):
            if path.is_file():
                yield _item(asked, "accepted", path, content, (since, months), partner, dataset)


def _held(numbers: list[int]) -> str:
    return f"held: {', '.join(f'hold {number}' for number in numbers)} of holds.toml"
