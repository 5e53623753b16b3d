"""What the reports of one night are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from fraudmatch.restricted import Hidden
from fraudmatch.schemas import ATTACHED, OVERRULED, PROFILES, SENT_BACK, Override, RuleText, empty
from fraudmatch.schemas import MATCH_ONLY as MATCH_ONLY
from fraudmatch.site import Partner

#: Columns of RECORDS printed of a partner's own record unless the caller chooses others.
FIELDS_SHOWN = ("name_as_written", "date_of_birth", "address_as_written")


@dataclass(frozen=True)
class Worklist:
    """The cases of a night, or those of a plan: CASES and CASE_FLAGS, in their orders."""

    cases: pa.Table
    case_flags: pa.Table


@dataclass(frozen=True)
class ReportInput:
    """One night, as the reports need it.

    Attributes:
        site_name: the exercise, as printed.
        as_at: the date the night speaks of; also the creation date inside workbooks.
        run_id: name of the run, as printed.
        partners: every partner of the site, also those that delivered nothing.
        records: RECORDS. details: data set -> DETAILS. groups: GROUPS. flags: FLAGS, in their
            order, which is the ranking. held: HELD. members: MEMBERS. evidence: EVIDENCE. rejects: REJECTS.
            deliveries: DELIVERIES.
        rules: rule id -> its text, for every rule that ran.
        fields_shown: columns of RECORDS shown of a partner's own records. `phone` and `email`
            are refused.
        overrides: local overrides, in the order of the site's file. overruled: OVERRULED.
        worklist: the cases; None when the flags were not joined into cases.
        sent_back / profiles: SENT_BACK and PROFILES: each row for the partner that sent it alone.
        ledger_head: the head of the ledger before the night, as printed; "" where there was none.
        attached: ATTACHED, what became of the flags that somebody decided.
        changes: settings that differ from the night before, as in the manifest.
        hidden: decisions that are not told of.
    """

    site_name: str
    as_at: dt.date
    run_id: str
    partners: tuple[Partner, ...]
    records: pa.Table
    details: Mapping[str, pa.Table]
    groups: pa.Table
    flags: pa.Table
    held: pa.Table
    members: pa.Table
    evidence: pa.Table
    rejects: pa.Table
    deliveries: pa.Table
    rules: Mapping[str, RuleText]
    fields_shown: tuple[str, ...] = FIELDS_SHOWN
    overrides: tuple[Override, ...] = ()
    overruled: pa.Table = field(default_factory=lambda: empty(OVERRULED))
    worklist: Worklist | None = None
    sent_back: pa.Table = field(default_factory=lambda: empty(SENT_BACK))
    profiles: pa.Table = field(default_factory=lambda: empty(PROFILES))
    attached: pa.Table = field(default_factory=lambda: empty(ATTACHED))
    ledger_head: str = ""
    changes: Sequence[Mapping[str, Any]] = ()
    hidden: Hidden = field(default_factory=Hidden)

    def partner_names(self) -> dict[str, str]:
        """Partner id -> name as printed."""
        return {partner.id: partner.name for partner in self.partners}
