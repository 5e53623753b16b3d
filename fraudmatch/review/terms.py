"""What a partnership agreed about the desk: `desk.toml` in the site folder, which no night reads."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, field_validator

from fraudmatch.review.worklist import Filter
from fraudmatch.site import Site, read_toml

FILE = "desk.toml"


class View(BaseModel):
    """A list that is often looked at, by a name of its own.

    Attributes:
        name: as printed. show: the part of the list's address after the ?, as it stands there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    show: str

    @field_validator("show")
    @classmethod
    def _of_the_list(cls, show: str) -> str:
        """The address as the list itself would write it; one that says anything else is a mistake, or not of the list."""
        told = parse_qsl(show.removeprefix("?"), keep_blank_values=True)
        address = Filter.read(dict(told)).address()
        if sorted(parse_qsl(address, keep_blank_values=True)) != sorted(told):
            raise ValueError("copy what stands after the ? in the address of a list, without the page")
        return address


class DeskTerms(BaseModel):
    """How cases are worked.

    Attributes:
        approval_above: pounds; a decision about a case with more at stake, or that tells more, waits for a second person.
            Null = none does, but for cases that somebody declared an interest in.
        answer_days: days that another council has to answer a question.
        idle_minutes, most_hours: when people are signed out; see `Settings`.
        view: lists with names, which stand above every list of cases, in this order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    approval_above: int | None = Field(default=None, ge=0)
    answer_days: int = Field(default=10, ge=1, le=365)
    idle_minutes: int = Field(default=15, ge=1, le=120)
    most_hours: int = Field(default=8, ge=1, le=24)
    view: tuple[View, ...] = ()


def read_terms(site: Site) -> DeskTerms:
    """The terms of a site; those above where it has no desk.toml.

    Raises:
        SiteError: the file has faults; all are named.
    """
    path = site.root / FILE
    return read_toml(path, DeskTerms) if path.is_file() else DeskTerms()


def digest_of(terms: DeskTerms) -> str:
    """SHA-256 of terms, for the ledger: who changes them leaves a trace at the next start."""
    return hashlib.sha256(terms.model_dump_json().encode("utf-8")).hexdigest()
