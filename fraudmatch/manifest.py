"""The manifest of a night: what went in, what came out, how long it took, with which versions."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from fraudmatch import __version__
from fraudmatch.arrivals import plain_rows
from fraudmatch.audit import Building
from fraudmatch.schemas import Override
from fraudmatch.site import Site
from fraudmatch.stages import Cased, StageResults, Stopwatch

if TYPE_CHECKING:
    from fraudmatch.outcomes import NightOutcomes
    from fraudmatch.scoring import Library


#: Libraries whose version may show in what a night comes to.
_PACKAGES = ("numba", "numpy", "pandas", "pyarrow", "rapidfuzz", "scipy", "sqlglot", "XlsxWriter")


def versions() -> dict[str, str]:
    """What a night is made with here: the program, Python and libraries, by name."""
    own = {"fraudmatch": __version__, "python": platform.python_version()}
    return own | {name: metadata.version(name) for name in _PACKAGES}


def manifest_of(
    site: Site, day: dt.date, run_id: str, library: Library, results: StageResults, watch: Stopwatch,
    started: dt.datetime, building: Building,
) -> dict[str, Any]:  # fmt: skip
    """What went in, what came out and how long it took. The only place with a clock in it."""
    prepared, scored = results.prepared, results.scored
    return {
        "schema_version": 1,
        "run_id": run_id,
        "site": site.name,
        "as_at": day.isoformat(),
        "started": started.isoformat(timespec="seconds"),
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "stages": {"made": building.made, "taken_over": building.taken_over, "made_again": building.unsound},
        "seconds": {name: round(value, 3) for name, value in watch.seconds.items()},
        "peak_mb": {name: round(value) for name, value in watch.peak_mb.items()},
        "inputs": dict(building.told("extract")["inputs"]),
        "deliveries": plain_rows(prepared.deliveries),
        "records": prepared.records.num_rows,
        "rejects": prepared.rejects.num_rows,
        "rules": {
            rule.id: {"version": rule.file.version, "status": rule.file.status} for rule in library.rules
        },
        "looked_at": {rule_id: _plain(seen) for rule_id, seen in scored.looked_at.items()},
        "flags": scored.flags.num_rows,
        "held": scored.held.num_rows,
        "restricted": building.told("score")["restricted"]
        | {"cases": results.cased.restricted.cases.num_rows},
        "linkage": results.linkage,
        "overrides": _overrides(results.overrides, results.overruled),
        **_casework(results.cased, results.outcomes),
    }


def _overrides(overrides: Sequence[Override], overruled: pa.Table) -> list[dict[str, Any]]:
    """The overrides of the night, each with the flags it took away or ranked anew."""
    counts = {
        (row["override"], row["effect"]): row["count_all"]
        for row in overruled.group_by(["override", "effect"], use_threads=False)
        .aggregate([([], "count_all")])
        .to_pylist()
    }
    return [
        asdict(override)
        | {
            "on": override.on.isoformat(),
            "flags_taken_away": counts.get((place, "taken_away"), 0),
            "flags_ranked_anew": counts.get((place, "points"), 0),
        }
        for place, override in enumerate(overrides, 1)
    ]


def _casework(cased: Cased, outcomes: NightOutcomes) -> dict[str, Any]:
    """What the manifest says of cases and outcomes."""
    casework, states = cased.casework, cased.attached["state"].to_pylist()
    return {
        "cases": casework.cases.num_rows,
        "cases_kept_apart": {"subjects": casework.crowded, "flags": casework.apart},
        "outcomes": {
            "read": outcomes.table.num_rows,
            "replaced": outcomes.replaced,
            "flags_decided": casework.decided,
            "states": {state: states.count(state) for state in sorted(set(states))},
            "dated_after_the_night": outcomes.later,
            "last_event": outcomes.last_sequence,
            "faults": list(outcomes.faults),
        },
    }


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
