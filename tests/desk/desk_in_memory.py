"""A desk over a night that is in memory alone, of records and rules that were never read from a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fraudmatch.accounts import Account
from fraudmatch.accounts.kept import Accounts
from fraudmatch.casepack import RuleFacts
from fraudmatch.report import ReportInput
from fraudmatch.restricted import Hidden
from fraudmatch.review.desk import Desk
from fraudmatch.review.settings import Settings
from fraudmatch.site import Site

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)


class Library:
    """Rules of a night that was never run: as they were when they flagged, without their files."""

    def __init__(self, night: ReportInput) -> None:
        self._rules = dict(night.rules)

    def rule(self, rule_id: str) -> Any:
        return SimpleNamespace(file=SimpleNamespace(version=self._rules[rule_id].version))

    def texts(self) -> dict[str, Any]:
        return self._rules


def desk_over(
    night: ReportInput, root: Path, patch: Callable[[str, Any], None], hosts: tuple[str, ...] = ("localhost",)
) -> Desk:
    """A desk over a night with its cases; an account of a supervisor of every council, who has its id for a name."""
    assert night.worklist is not None
    kept = SimpleNamespace(
        run=SimpleNamespace(folder=Path(night.run_id)), as_at=night.as_at, flags=night.flags, members=night.members,
        prepared=SimpleNamespace(records=night.records, details=night.details),
        cases=night.worklist.cases, case_flags=night.worklist.case_flags, hidden=Hidden(),
    )  # fmt: skip
    patch("fraudmatch.review.night.read_night", lambda *given, **named: kept)
    patch("fraudmatch.review.night.input_of", lambda *given: night)
    patch("fraudmatch.review.night.rule_folders", lambda *given: ())
    patch("fraudmatch.review.night.load_library", lambda *given: Library(night))
    patch("fraudmatch.review.night.rule_facts", lambda rule: RuleFacts({"base": 40}))
    patch("fraudmatch.review.desk.pointer_of", lambda folder: night.run_id)
    site = Site(root=root, name=night.site_name, as_at=None, partners=night.partners)
    accounts = Accounts(site)
    for partner in night.partners:
        accounts.add(
            Account(partner.id, partner.name, partner.id, ("supervisor",)), None, by="root", recorded_at=NOW
        )
    return Desk(site, Settings(hosts, per_page=1_000), now=lambda: NOW)
