"""The register of what is shared: `partners/<partner>/sharing.toml`, one table for each data set.

It holds what an agreement and a privacy notice say, and by whom and when they were declared. Without
such a record, or outside its dates, nothing of the data set is loaded, and nothing loaded earlier stands.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fraudmatch import schemas
from fraudmatch.errors import Problem, SiteError
from fraudmatch.site import Site, problems_of

#: What people declare; the rest says what may come.
_DECLARED = ("purpose", "gateway", "notice_version", "notice_declared_by", "notice_declared_on", "retention_months",
             "start", "review", "end")  # fmt: skip


class Agreed(BaseModel):
    """What is agreed about one data set of one partner. While anything of it is blank nothing is loaded.

    Attributes:
        purpose: what it is shared for.
        gateway: the law that lets it be shared.
        notice_version: of the privacy notice that tells people; with who declared so, and when.
        fields: our names of the fields that may come; others are left at the door.
        retention_months: how long an extract may be used.
        start / end: first and last day of the agreement. review: when it is to be looked at again.
        forbidden_columns: headings that must not be in a file at all, `*` for anything; case does not count.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: str = ""
    gateway: str = ""
    notice_version: str = ""
    notice_declared_by: str = ""
    notice_declared_on: dt.date | None = None
    fields: tuple[str, ...] = Field(min_length=1)
    retention_months: int | None = Field(default=None, ge=1, le=240)
    start: dt.date | None = None
    review: dt.date | None = None
    end: dt.date | None = None
    forbidden_columns: tuple[str, ...] = ()

    def blank(self) -> list[str]:
        """What nobody has entered yet, by name; empty when the record is whole."""
        told = {name: getattr(self, name) for name in _DECLARED}
        return [name for name, said in told.items() if said is None or not str(said).strip()]


@dataclass(frozen=True)
class Register:
    """The sharing records of a site.

    Attributes:
        records: partner -> data set -> what is agreed; partners without a file are absent.
        required: whether a partner without a file shares nothing; else all it sends is taken.
    """

    records: Mapping[str, Mapping[str, Agreed]] = field(default_factory=dict)
    required: bool = False

    def asks(self, partner: str) -> bool:
        """Whether data sets of the partner need a record."""
        return self.required or partner in self.records

    def of(self, partner: str, dataset: str) -> Agreed | None:
        """What is agreed; None where there is no record."""
        return self.records.get(partner, {}).get(dataset)


def read_register(site: Site) -> Register:
    """The sharing records of all partners of a site.

    Raises:
        SiteError: files have faults; all of them are named.
    """
    problems: list[Problem] = []
    records = {}
    for partner in site.partner_ids:
        path = site.sharing_file(partner)
        if path.is_file():
            records[partner], wrong = _read(path, f"{partner}/{path.name}")
            problems += wrong
    if problems:
        raise SiteError("Sharing records have faults; nothing was read.", problems=problems)
    return Register(records, site.sharing_required)


def _read(path: Path, name: str) -> tuple[dict[str, Agreed], list[Problem]]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [Problem(name, "", f"is not a TOML file: {error}.")]
    found, problems = {}, []
    for dataset, table in raw.items():
        if dataset not in schemas.DATASETS:
            problems.append(Problem(name, dataset, "there is no such data set.", "See docs/datasets.md."))
            continue
        try:
            found[dataset] = Agreed.model_validate(table)
        except ValidationError as error:
            problems += [Problem(name, f"{dataset}.{p.where}", p.what) for p in problems_of(error, name)]
            continue
        problems += _nonsense(name, dataset, found[dataset])
    return found, problems


def _nonsense(name: str, dataset: str, agreed: Agreed) -> Iterator[Problem]:
    """What the form allows and cannot be meant."""
    known = {one.name for one in schemas.DATASETS[dataset].fields}
    strange = [one for one in agreed.fields if one not in known]
    if strange:
        yield Problem(
            name, f"{dataset}.fields", f"the data set has no {', '.join(strange)}.", "See docs/datasets.md."
        )
    lacking = [f.name for f in schemas.DATASETS[dataset].fields if f.key and f.name not in agreed.fields]
    if lacking:
        yield Problem(
            name, f"{dataset}.fields", f"every row needs {', '.join(lacking)}.", "Add it to the fields."
        )
    if agreed.start and agreed.end and agreed.end < agreed.start:
        yield Problem(name, f"{dataset}.end", "is before the start.")


def record_draft(dataset: str, fields: Collection[str]) -> str:
    """A table of a sharing record as TOML that lists these fields and leaves blank what people declare.

    Args:
        fields: our names; those the data set does not have are left out, those every row needs are added.
    """
    listed = [f.name for f in schemas.DATASETS[dataset].fields if f.name in fields or f.key]
    lines = [
        f"[{dataset}]",
        'purpose = ""                      # what it is shared for',
        'gateway = ""                      # the law that lets it be shared; nothing is loaded without one',
        'notice_version = ""               # of the privacy notice that tells people',
        'notice_declared_by = ""           # who declared that it does, and when',
        "# notice_declared_on = 2026-01-31",
        "fields = [                        # what may come; anything else is left at the door",
        *_in_lines([_quoted(name) for name in listed]),
        "]",
        "# retention_months = 24            # how long an extract may be used",
        "# start = 2026-04-01               # first day, next review, last day",
        "# review = 2027-01-31",
        "# end = 2029-03-31",
        'forbidden_columns = []            # headings that refuse a file, such as "*health notes*"',
    ]
    return "\n".join(lines) + "\n"


def _in_lines(words: list[str]) -> Iterator[str]:
    for begin in range(0, len(words), 8):
        yield "  " + ", ".join(words[begin : begin + 8]) + ","


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
