"""What was accepted last, standing in for what did not come or was held."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile, FileFault
from fraudmatch.intake.register import Register
from fraudmatch.intake.sharing import as_agreed, refusals, too_old
from fraudmatch.intake.store import Accepted


def standing_files(before: Accepted, register: Register, night: dt.date) -> list[ExtractedFile]:
    """What was accepted last, standing in for what did not come or was held; as far as it may be used yet."""
    agreed = register.of(before.partner, before.dataset)
    wrong: list[FileFault] = []
    if register.asks(before.partner):
        wrong = refusals(agreed, night)
        if not wrong and agreed is not None and too_old(agreed, before.made, night):
            kept = f"data of {before.made.isoformat()}, to be used for {agreed.retention_months} months"
            wrong = [FileFault("SHARING_ENDED", kept)]
    received = schemas.empty(schemas.received_schema(before.dataset)) if wrong else before.received()
    files = []
    for row in before.deliveries:
        delivery = row | {"state": "stands", "accepted_on": before.since}
        mine = received.filter(pc.equal(received["delivery"], row["delivery"]))
        file = ExtractedFile(
            before.dataset, mine, schemas.empty(schemas.REJECTS),
            pa.Table.from_pylist([delivery], schema=schemas.DELIVERIES), before.slot, before.headings,
        )  # fmt: skip
        files.append(file.set_aside("refused", wrong) if wrong else as_agreed_standing(file, register, night))
    return files


def as_agreed_standing(file: ExtractedFile, register: Register, night: dt.date) -> ExtractedFile:
    """A standing delivery as far as the sharing record of tonight lets it in."""
    loaded = as_agreed(file.with_row(state="loaded"), register, night)
    return loaded if loaded.refused else loaded.with_row(state="stands")
