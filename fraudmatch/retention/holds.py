"""Legal holds: what may not be purged yet, whose word that is, and until when; `holds.toml` of a site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, model_validator

from fraudmatch.audit import Run
from fraudmatch.datasets import DATASETS
from fraudmatch.errors import SiteError
from fraudmatch.site import Site, read_toml


class Hold(BaseModel):
    """One hold: a night, or what a partner sent, or a data set, or one record of one.

    Attributes:
        reference: as the partner writes it; needs partner and data_set.
        reason / by: why and whose word it is. until: the last day it holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    partner: str | None = None
    data_set: str | None = None
    reference: str | None = None
    night: str | None = None
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)
    until: dt.date

    @model_validator(mode="after")
    def _says_what(self) -> Hold:
        if self.night is None and self.partner is None and self.data_set is None:
            raise ValueError("say what is held: night, partner or data_set")
        if self.night is not None and (self.partner or self.data_set or self.reference):
            raise ValueError("a hold of a night names nothing else; write two")
        if self.reference is not None and not (self.partner and self.data_set):
            raise ValueError("a reference needs partner and data_set")
        if self.data_set is not None and self.data_set not in DATASETS:
            raise ValueError("there is no such data_set; see docs/datasets.md")
        return self

    def of(self, partner: str, dataset: str | None) -> bool:
        """Whether it speaks of what a partner sent of a data set; a data set that is not known may be any."""
        mine = self.partner in (None, partner) and (self.data_set is None or dataset in (None, self.data_set))
        return self.night is None and mine


@dataclass(frozen=True)
class Holds:
    """The holds of a site.

    Attributes:
        all: as written, numbered from 1 in their order. on: the day asked about.
    """

    all: tuple[Hold, ...]
    on: dt.date

    def in_force(self) -> dict[int, Hold]:
        """Number -> hold, those that still hold."""
        return {number: hold for number, hold in enumerate(self.all, 1) if self.on <= hold.until}

    def of_delivery(self, partner: str, dataset: str | None) -> list[int]:
        """Numbers of the holds on what a partner sent of a data set.

        A hold of one record holds every delivery of its kind: a row that was set aside there is in no table.
        """
        return [number for number, hold in self.in_force().items() if hold.of(partner, dataset)]

    def of_night(self, run: Run) -> list[int]:
        """Numbers of the holds on a night: by its id, by whose data are in it, or by a record in it."""
        rows: Sequence[Mapping[str, Any]] = run.manifest.get("deliveries", [])
        return [
            number
            for number, hold in self.in_force().items()
            if hold.night == run.folder.name
            or (
                any(hold.of(row["partner"], row["dataset"]) for row in rows)
                and (hold.reference is None or _stands_in(run, hold))
            )
        ]


def read_holds(site: Site, on: dt.date) -> Holds:
    """The holds of a site; none where there is no file.

    Raises:
        SiteError: the file has faults; all of them are named. Then nothing may be purged.
    """
    path = site.holds_file
    if not path.is_file():
        return Holds((), on)
    read = read_toml(path, _File)
    strange = sorted({hold.partner for hold in read.hold if hold.partner} - set(site.partner_ids))
    gone = [name for name in strange if not (site.root / "deliveries" / name).is_dir()]
    if gone:
        raise SiteError(
            f"{path} names no partner of the site: {', '.join(gone)}.",
            remedy="Correct it; a hold that holds nothing protects nothing.",
        )
    return Holds(tuple(read.hold), on)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    hold: list[Hold] = []


def _stands_in(run: Run, hold: Hold) -> bool:
    """Whether the record is in a night, or may be: in a cell of a row that was set aside, or the tables are gone."""
    records, back = run.tables / "records.parquet", run.tables / "sent_back.parquet"
    if not records.is_file():
        return True
    wanted = (
        (pc.field("partner") == hold.partner)
        & (pc.field("dataset") == hold.data_set)
        & (pc.field("source_ref") == hold.reference)
    )
    if pq.read_table(records, columns=["source_ref"], filters=wanted).num_rows:
        return True
    if not back.is_file():
        return False
    rows = pq.read_table(back, columns=["cells", "line"], filters=pc.field("partner") == hold.partner)
    cells = rows["cells"].combine_chunks()
    flat = pc.list_flatten(cells) if rows.num_rows else pa.array([], pa.string())
    lines = [line for line in rows["line"].to_pylist() if line]
    reference = str(hold.reference)
    return bool(pc.any(pc.equal(flat, reference)).as_py()) or any(reference in line for line in lines)
