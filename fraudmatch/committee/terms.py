"""What only people know of a report to members: cost of an hour, contacts, the figures of the Transparency Code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fraudmatch.errors import Problem, SiteError
from fraudmatch.site import Site, read_toml

Count = Annotated[int, Field(ge=0)]
Whole = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class Contact(BaseModel):
    """Who answers for a line of work, of one partner or of all (null)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    contact: Annotated[str, Field(min_length=1)]
    partner: str | None = None


class Year(BaseModel):
    """What the Local Government Transparency Code 2015 (part 2.1, fraud) asks of each year, as far as only people know it.

    Attributes:
        partner: whose figures these are. ends: the last day of the year.
        powers_used: times powers to require information were used (Prevention of Social Housing Fraud (Power to
            Require Information) (England) Regulations 2014 and the like).
        staff, staff_fte: employees who investigate and prosecute fraud, heads and full-time equivalents.
        accredited, accredited_fte: professionally accredited counter fraud specialists among them.
        spend_pounds: spent on investigating and prosecuting fraud.
        cases_investigated: by the partner, wherever they came from; null = not told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    partner: str
    ends: dt.date
    powers_used: Count | None = None
    staff: Count | None = None
    staff_fte: Whole | None = None
    accredited: Count | None = None
    accredited_fte: Whole | None = None
    spend_pounds: Whole | None = None
    cases_investigated: Count | None = None


class Terms(BaseModel):
    """`committee.toml` of a site.

    Attributes:
        officer_hour_pounds: what an officer's hour costs; null = no cost is worked out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    officer_hour_pounds: Whole | None = None
    contact: tuple[Contact, ...] = ()
    year: tuple[Year, ...] = ()

    def contact_of(self, service: str, partner: str) -> str | None:
        """Who answers for a line of work of a partner: its own contact for it, else that of all."""
        found = {one.partner: one.contact for one in self.contact if one.service == service}
        return found.get(partner) or found.get(None)


def read_terms(site: Site, services: Collection[str]) -> Terms:
    """The terms of a site; those of none where there is no file.

    Args:
        services: lines of work that the rules know; a contact for another would be printed nowhere.

    Raises:
        SiteError: the file has faults; all of them are named.
    """
    path = site.committee_file
    if not path.is_file():
        return Terms()
    terms = read_toml(path, Terms)
    problems = [
        Problem(path.name, where, what) for where, what in _strange(terms, site.partner_ids, services)
    ]
    if problems:
        raise SiteError(f"{path} has faults.", problems=problems)
    return terms


def _strange(terms: Terms, partners: Collection[str], services: Collection[str]) -> Iterator[tuple[str, str]]:
    """Names of nobody and of nothing, as (where, what)."""
    named = [(f"contact.{place}.partner", one.partner) for place, one in enumerate(terms.contact)]
    named += [(f"year.{place}.partner", one.partner) for place, one in enumerate(terms.year)]
    for where, partner in named:
        if partner is not None and partner not in partners:
            yield where, f"there is no partner {partner}; there are {', '.join(partners)}."
    for place, one in enumerate(terms.contact):
        if one.service not in services:
            yield (
                f"contact.{place}.service",
                f"no rule is of the service {one.service}; there are {', '.join(sorted(services))}.",
            )
