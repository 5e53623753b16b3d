"""Tonight's deliveries through their gates: what is used, what is held, what stands in for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile, Together, put_together
from fraudmatch.intake.gates import Delivered, FileFault, faults_of
from fraudmatch.intake.profile import profile_of
from fraudmatch.intake.store import Accepted
from fraudmatch.reasons import REASONS

Slots = Mapping[tuple[str, str], Accepted]


@dataclass(frozen=True)
class TakenIn(Together):
    """What goes on to normalise: faults of the gates and deliveries that stand in for others included.

    Attributes:
        accepted: files accepted tonight, with their profiles: for `store.keep` once the night is published.
    """

    accepted: tuple[tuple[ExtractedFile, dict[str, Any]], ...] = ()


def take_in(files: Iterable[ExtractedFile], before: Slots, night: dt.date) -> TakenIn:
    """Pass every file through its gates; what is held or missing is stood in for.

    Args:
        files: tonight's, as extracted.
        before: what earlier nights accepted, by partner and slot.
        night: the date the exercise speaks of.
    """
    passed, accepted, filled = [], [], set()
    for file in files:
        slot = (_supplier(file), str(file.slot))
        if not file.refused:
            profile = profile_of(file)
            faults = faults_of(Delivered(file, profile, before.get(slot)))
            file = held(file, faults) if faults else file
        if not file.refused:
            accepted.append((file, profile))
            filled.add(slot)
            file = replace(file, delivery=_accepted_on(file.delivery, night))
        passed.append(file)
    passed += [_standing(before[slot]) for slot in sorted(before.keys() - filled)]
    whole = put_together(passed)
    return TakenIn(whole.received, whole.rejects, whole.deliveries, tuple(accepted))


def _supplier(file: ExtractedFile) -> str:
    return str(file.delivery["partner"][0].as_py())


def _accepted_on(delivery: pa.Table, night: dt.date) -> pa.Table:
    place = delivery.schema.get_field_index("accepted_on")
    return delivery.set_column(place, schemas.DELIVERIES.field("accepted_on"), pa.array([night], pa.date32()))


def held(file: ExtractedFile, faults: Iterable[FileFault]) -> ExtractedFile:
    """The file with nothing of it loaded, and why; its rows count as rejected."""
    row = file.delivery.to_pylist()[0]
    row |= {"loaded": 0, "rejected": row["received"], "state": "held"}
    why = [
        {name: row[name] for name in ("partner", "dataset", "file", "delivery")}
        | {"reason": f.reason, "disposition": str(REASONS[f.reason].disposition), "detail": f.detail}
        for f in faults
    ]
    rejects = pa.concat_tables([file.rejects, schemas.rejects_table(why)])
    return replace(
        file,
        received=file.received.slice(0, 0),
        rejects=rejects,
        delivery=pa.Table.from_pylist([row], schema=schemas.DELIVERIES),
    )


def _standing(before: Accepted) -> ExtractedFile:
    """What was accepted last, standing in for what did not come or was held."""
    row = before.delivery | {"state": "stands", "accepted_on": before.as_at}
    return ExtractedFile(
        before.dataset,
        before.received(),
        schemas.empty(schemas.REJECTS),
        pa.Table.from_pylist([row], schema=schemas.DELIVERIES),
        before.slot,
        before.headings,
    )
