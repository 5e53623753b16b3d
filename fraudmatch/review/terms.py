"""What a partnership agreed about the desk: `desk.toml` in the site folder, which no night reads."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, field_validator

from fraudmatch.errors import SiteError
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


class Provider(BaseModel):
    """A council's own sign-in, which speaks OpenID Connect, for its people's accounts here.

    Attributes:
        partner: whose accounts; null = the hub's. name: as printed.
        issuer: its address, exactly as its tokens name it. client: what it calls the desk.
        claim: what of its token is the username here. "email" counts only where the provider says that it was verified.
        secret: the environment variable that holds the secret it gave the desk; null = it gave none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    partner: str | None = None
    name: str = Field(min_length=1, max_length=60)
    issuer: str = Field(pattern=r"^https://[^\s?#@]+$")
    client: str = Field(min_length=1)
    claim: str = Field(default="preferred_username", pattern=r"^[A-Za-z_][A-Za-z0-9_.:/-]*$")
    secret: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")

    @field_validator("issuer")
    @classmethod
    def _of_one_council(cls, issuer: str) -> str:
        """A provider that many organisations share says of its people what each of them says of itself."""
        shared = {"common", "organizations", "consumers", "accounts.google.com"}
        if shared & set(issuer.lower().split("/")):
            raise ValueError(
                "it is shared by many organisations; write the address of the council's own tenant"
            )
        return issuer


class DeskTerms(BaseModel):
    """How cases are worked.

    Attributes:
        approval_above: pounds; a decision about a case with more at stake, or that tells more, waits for a second person.
            Null = none does, but for cases that somebody declared an interest in.
        answer_days: days that another council has to answer a question.
        idle_minutes, most_hours: when people are signed out; see `Settings`.
        provider: sign-ins of councils, one for each at most. view: lists with names, which stand above every list of cases, in this order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    approval_above: int | None = Field(default=None, ge=0)
    answer_days: int = Field(default=10, ge=1, le=365)
    idle_minutes: int = Field(default=15, ge=1, le=120)
    most_hours: int = Field(default=8, ge=1, le=24)
    view: tuple[View, ...] = ()
    provider: tuple[Provider, ...] = ()

    @field_validator("provider")
    @classmethod
    def _one_each(cls, providers: tuple[Provider, ...]) -> tuple[Provider, ...]:
        if len({one.partner for one in providers}) < len(providers):
            raise ValueError("a partner has one provider at most")
        return providers


def read_terms(site: Site) -> DeskTerms:
    """The terms of a site; those above where it has no desk.toml.

    Raises:
        SiteError: the file has faults; all are named.
    """
    path = site.root / FILE
    terms = read_toml(path, DeskTerms) if path.is_file() else DeskTerms()
    strange = sorted({one.partner for one in terms.provider if one.partner} - set(site.partner_ids))
    if strange:
        raise SiteError(
            f"{path} has a provider of {', '.join(strange)}, who takes no part.",
            remedy=f"Choose from: {', '.join(site.partner_ids)}; none for the hub.",
        )
    return terms


def digest_of(terms: DeskTerms) -> str:
    """SHA-256 of terms, for the ledger: who changes them leaves a trace at the next start."""
    return hashlib.sha256(terms.model_dump_json().encode("utf-8")).hexdigest()
