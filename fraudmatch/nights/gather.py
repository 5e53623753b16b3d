"""Two published nights read back: the one that is told of, and the one it is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudmatch.audit import Run, open_run, run_ids
from fraudmatch.errors import RunError
from fraudmatch.schemas import (
    DELIVERIES,
    GROUPS,
    MEMBERS,
    OVERRULED,
    PROFILES,
    RECORDS,
    REJECTS,
    RESTRICTED,
    empty,
)
from fraudmatch.steps.clean import ORIGIN

#: Tables without which a night is not compared: they say what was flagged, and of which records.
NEEDED = ("flags", "records")


@dataclass(frozen=True)
class NightRead:
    """What the page asks of a night; a table that an older or purged night lacks is empty.

    Attributes:
        records: RECORDS without what says where a record came from physically. details: by data set.
        links: LINKS by relation, of the relations whose links are kept.
    """

    run_id: str
    as_at: dt.date
    manifest: Mapping[str, Any]
    deliveries: pa.Table
    rejects: pa.Table
    profiles: pa.Table
    records: pa.Table
    details: Mapping[str, pa.Table]
    groups: pa.Table
    links: Mapping[str, pa.Table]
    flags: pa.Table
    members: pa.Table
    overruled: pa.Table
    restricted: pa.Table = field(default_factory=lambda: empty(RESTRICTED))


def read_two(
    runs: Path, run_id: str | None = None, against: str | None = None
) -> tuple[NightRead, NightRead | None]:
    """A night and the one it is held against, every table checked against its manifest.

    Args:
        run_id: the newest when null. against: the one published before it, of those whose flags are still there, when null.

    Returns:
        the night, and the other; null where there is none before it.

    Raises:
        RunError: there is no such night, or a table was changed or removed since it was published.
    """
    run = open_run(runs, run_id)
    other = open_run(runs, against) if against else _before(runs, run)
    if other is not None and other.folder == run.folder:
        raise RunError(f"{run.folder.name} is the night itself.", remedy="Hold it against another.")
    return read(run), read(other) if other is not None else None


def _before(runs: Path, run: Run) -> Run | None:
    """The night that was published last before this one and still has its flags."""
    earlier = [open_run(runs, name) for name in run_ids(runs) if name != run.folder.name]
    there = [one for one in earlier if _published(one) < _published(run) and set(NEEDED) <= set(one.names())]
    return max(there, key=_published, default=None)


def _published(run: Run) -> tuple[str, str]:
    return str(run.manifest.get("finished", "")), run.folder.name


def read(run: Run) -> NightRead:
    """A published night."""
    names = run.names()
    kept = [name for name in RECORDS.names if name not in ORIGIN]

    def table(name: str, schema: pa.Schema) -> pa.Table:
        return run.read(name) if name in names else empty(schema)

    def tables(prefix: str) -> dict[str, pa.Table]:
        return {name.removeprefix(prefix): run.read(name) for name in names if name.startswith(prefix)}

    return NightRead(
        run.folder.name, dt.date.fromisoformat(run.manifest["as_at"]), run.manifest, table("deliveries", DELIVERIES),
        table("rejects", REJECTS), table("profiles", PROFILES),
        run.read("records").select(kept), tables("details_"), table("groups", GROUPS),
        tables("links_"), run.read("flags"), table("members", MEMBERS), table("overruled", OVERRULED),
        table("restricted", RESTRICTED),
    )  # fmt: skip
