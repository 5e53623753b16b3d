"""HTML pages: one per partner and one for the hub, self-contained, without scripts.

The policy in the page allows nothing but the style sheet written in it, named by its hash, so a
value that got past the escaping could still load and run nothing (T03, T04).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.decided import settled_rules, state_totals
from fraudmatch.report.deliveries import delivery_notes, oldest_in_words
from fraudmatch.report.delivery_profile import DeliveryProfile
from fraudmatch.report.disclosure import flags_of
from fraudmatch.report.groups import GroupMembers
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.overrides import override_totals
from fraudmatch.report.page_template import page_environment
from fraudmatch.report.to_correct import ToCorrect
from fraudmatch.report.totals import (
    CaseTotal,
    case_totals,
    extract_totals,
    held_totals,
    overall,
    reject_totals,
    rule_totals,
)  # fmt: skip
from fraudmatch.report.unjudged import Unjudged, unjudged
from fraudmatch.report.witness import changed_rules, witness
from fraudmatch.report.words import (
    DISCLOSURE,
    NOT_A_FINDING,
    VALUE_CLASSES,
    numbers_gone_by,
    unverified_values,
)
from fraudmatch.report.worklist import ORDER_OF_CASES, CaseLists
from fraudmatch.report.yields import yields
from fraudmatch.schemas import DATASETS, REJECTS, empty
from fraudmatch.site import Partner

#: Cases shown on a page.
FIRST_CASES = 10


@dataclass(frozen=True)
class Returned:
    """What a partner gets back about its own deliveries: rows to correct, and what each delivery looks like."""

    to_correct: Sequence[ToCorrect]
    profiles: Sequence[DeliveryProfile]


class Pages:
    """Writes the pages of one night.

    Args:
        lists: None when it has no cases. elsewhere: partner -> flags of it that others decided.
    """

    def __init__(
        self, night: ReportInput, members: GroupMembers, lists: CaseLists | None, elsewhere: Mapping[str, int]
    ) -> None:
        self._night, self._members, self._lists = night, members, lists
        self._elsewhere = elsewhere
        self._environment = page_environment()
        self._yields = yields(night.records, night.flags, night.members, night.rejects)

    def write_partner(
        self,
        path: Path,
        partner: Partner,
        flags: pa.Table,
        rejects: pa.Table,
        returned: Returned,
    ) -> Path:
        """The partner's page: totals, rules with links, extracts, faults by kind.

        Args:
            flags: FLAGS with the partner as a party. rejects: REJECTS of its own files.
            returned: what it gets back about its own deliveries.
        """
        rules = rule_totals(flags, self._night.rules)
        return self._write(
            path,
            "partner.html",
            title=f"Exceptions for {partner.name}",
            partner=partner,
            rules=rules,
            texts=self._night.rules,
            numbers=numbers_gone_by(self._night.rules[rule.rule_id] for rule in rules),
            unverified=unverified_values(self._night.rules[rule.rule_id] for rule in rules),
            silent=self._silent({rule.rule_id for rule in rules}),
            not_judged=self._not_judged(partner.id),
            yields=self._yields,
            names=self._night.partner_names(),
            held=held_totals(self._night.held, self._night.rules, partner.id),
            overrides=self._overrides(partner.id),
            overall=overall(flags),
            extracts=extract_totals(self._night.deliveries, partner.id, rejects),
            oldest=self._oldest(partner.id),
            rejects=reject_totals(rejects),
            to_correct=returned.to_correct,
            profiles={file: one for one in returned.profiles for file in one.files},
            cases=self._lists.of_partner(partner) if self._lists else None,
            first_cases=FIRST_CASES,
            changed_rules=changed_rules(self._night.changes, partner.id),
            decided=state_totals(self._night.attached, partner.id),
            elsewhere=self._elsewhere.get(partner.id, 0),
        )

    def write_delivery(self, path: Path, partner: Partner, profile: DeliveryProfile) -> Path:
        """The page of one delivery, for the partner that sent it."""
        return self._write(
            path, "delivery.html", title=f"{profile.dataset_title}: your extract", partner=partner, profile=profile,
            restricted=bool(DATASETS[profile.dataset].restriction),
        )  # fmt: skip

    def write_hub(self, path: Path) -> Path:
        """The hub's page: counts by rule and partner, extracts, links to the partners' folders."""
        night = self._night
        path.parent.mkdir(parents=True, exist_ok=True)
        return self._write(
            path,
            "hub.html",
            title=f"Night of {night.site_name}",
            unverified=unverified_values(
                night.rules[rule_id] for rule_id in pc.unique(night.flags["rule_id"]).to_pylist()
            ),
            partners=night.partners,
            names=night.partner_names(),
            rules=rule_totals(night.flags, night.rules),
            texts=night.rules,
            silent=self._silent(set(pc.unique(night.flags["rule_id"]).to_pylist())),
            not_judged=self._not_judged(None),
            yields=self._yields,
            held=held_totals(night.held, night.rules),
            overrides=self._overrides(None),
            overall=overall(night.flags),
            counts=party_counts(night, self._members),
            extracts=extract_totals(night.deliveries, rejects=night.rejects),
            oldest=self._oldest(None),
            cases=self._lists.of_hub() if self._lists else None,
            first_cases=FIRST_CASES,
            loads=self._loads(),
            changed_rules=changed_rules(night.changes),
            decided=state_totals(night.attached),
        )

    def _oldest(self, partner_id: str | None) -> str:
        """How old the data in use are: a partner's own, or all."""
        notes = delivery_notes(self._night.deliveries, empty(REJECTS))
        mine = [note for note in notes if partner_id in (None, note.partner)]
        return oldest_in_words(mine, self._night.as_at)

    def _silent(self, flagged: set[str]) -> list[str]:
        """Rules that ran and flagged nothing; one whose flags an override took away, or that stay decided, is none."""
        night = self._night
        overruled = set(pc.unique(night.overruled["rule_id"]).to_pylist())
        return sorted(set(night.rules) - flagged - overruled - settled_rules(night.attached))

    def _not_judged(self, partner_id: str | None) -> list[Unjudged]:
        night = self._night
        return unjudged(night.records, night.details, night.rules, partner_id)

    def _overrides(self, partner_id: str | None) -> object:
        night = self._night
        return override_totals(
            night.overrides, night.overruled, night.rules, night.partner_names(), partner_id
        )

    def _loads(self) -> list[CaseTotal]:
        """Cases by the partner that bears the loss, then all."""
        if not self._night.worklist:
            return []
        return [
            case_totals(self._night.worklist.cases, owner) for owner in (*self._night.partner_names(), "")
        ]

    def _write(self, path: Path, template: str, **values: object) -> Path:
        night = self._night
        page = self._environment.get_template(template).render(
            site_name=night.site_name,
            as_at=night.as_at,
            run_id=night.run_id,
            not_a_finding=NOT_A_FINDING,
            disclosure=DISCLOSURE,
            value_classes=VALUE_CLASSES,
            order_of_cases=ORDER_OF_CASES,
            ledger_head=night.ledger_head,
            witness=witness(night.ledger_head),
            **({"changed_rules": ()} | values),
        )
        path.write_bytes(page.encode("utf-8"))
        return path


def party_counts(night: ReportInput, members: GroupMembers) -> Mapping[str, Mapping[str, int]]:
    """Partner id -> rule id -> flags with the partner as a party.

    A flag between two partners counts for both, so the row of a rule may sum to more than its
    flags.
    """
    return {
        partner.id: {
            row["values"]: row["counts"]
            for row in pc.value_counts(flags_of(partner.id, night.flags, members)["rule_id"]).to_pylist()
        }
        for partner in night.partners
    }
