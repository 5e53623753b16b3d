"""The night in force, read back once and held in memory: what the desk shows is what the reports of that night show."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.casepack import CaseNight, CasePack, rule_facts
from fraudmatch.inputs import rule_folders
from fraudmatch.kept import input_of, read_night
from fraudmatch.outcomes import Decision, Event, Rested
from fraudmatch.review.worklist import Worklist
from fraudmatch.schemas import RuleText
from fraudmatch.scoring import load_library
from fraudmatch.site import Partner, Site
from fraudmatch.steps.seen import undecided


class OpenNight:
    """A published night.

    Attributes:
        run_id, as_at: of the night. rules: rule id -> text, of every rule that ran. changed: ids of rules that are no
            longer as they were, so that their cases cannot be shown in full. nominated: the partner whose nominated officer sees it;
            null = what is ordinary.
        owner_of: case key -> the partner that bears its loss, whose case it is.
        flags_of: case key -> keys of its flags, the leading one first. case_of: flag key -> key of its case. rule_of: -> id of its rule.
    """

    def __init__(
        self, site: Site, run_id: str | None, events: Sequence[Event], nominated: str | None = None
    ) -> None:
        kept = read_night(site, run_id, nominated=nominated)
        self.nominated, self._hidden = nominated, kept.hidden
        self.run_id, self.as_at = kept.run.folder.name, kept.as_at
        library = load_library(rule_folders(site))
        ran = set(zip(*(kept.flags[name].to_pylist() for name in ("rule_id", "rule_version")), strict=True))
        facts = {
            rule_id: rule_facts(rule)
            for rule_id, version in sorted(ran)
            if (rule := library.rule(rule_id)) is not None and rule.file.version == version
        }
        self.input = input_of(site, kept)
        self._texts: dict[str, RuleText] = dict(library.texts())
        self._cases = CaseNight(self.input, facts, events)
        self._worklists: dict[str, Worklist] = {}
        self._lock = threading.Lock()
        self._references: dict[str, dict[str, set[str]]] = {}
        self._rested = Rested(kept.prepared.records, kept.prepared.details, kept.members)
        self._flags = kept.flags
        self._flagged = frozenset(kept.flags["flag_key"].to_pylist())
        pairs = list(
            zip(*(kept.case_flags[name].to_pylist() for name in ("case_key", "flag_key")), strict=True)
        )
        self.flags_of: dict[str, list[str]] = {}
        for case_key, flag_key in pairs:
            self.flags_of.setdefault(case_key, []).append(flag_key)
        self.rule_of = dict(
            zip(*(kept.case_flags[name].to_pylist() for name in ("flag_key", "rule_id")), strict=True)
        )
        self.case_of = {flag_key: case_key for case_key, flag_key in pairs}
        self.owner_of: dict[str, str] = dict(
            zip(*(kept.cases[name].to_pylist() for name in ("case_key", "owner")), strict=True)
        )
        sides = ("flag_key", "left_partner", "right_partner")
        parties = {
            key: both for key, *both in zip(*(kept.flags[name].to_pylist() for name in sides), strict=True)
        }
        self._parties: dict[str, list[str | None]] = {key: parties[key] for key in self.case_of}

    @property
    def rules(self) -> dict[str, RuleText]:
        """Rule id -> its text, of every rule that ran."""
        return dict(self.input.rules)

    def flagged(self, flag_key: str) -> bool:
        """Whether tonight's data have a flag, in a case or not."""
        return flag_key in self._flagged

    def worklist(self, partner: Partner) -> Worklist:
        """The list of a partner, made when it is first asked for."""
        with self._lock:
            if partner.id not in self._worklists:
                cases = self._cases.case_list(partner)
                others = [self._others(key, partner.id) for key in cases.table["case_key"].to_pylist()]
                self._worklists[partner.id] = Worklist(cases, others)
            return self._worklists[partner.id]

    def _others(self, case_key: str, partner_id: str) -> list[str]:
        """Other partners that have a record of a flag of a case, as far as one party may know."""
        found = {self.other_partner(flag, partner_id) for flag in self.flags_of[case_key]}
        return sorted(one for one in found if one is not None)

    def made_worklists(self) -> dict[str, Worklist]:
        """Partner id -> its list, of those that were asked for."""
        with self._lock:
            return dict(self._worklists)

    def changed_rules(self, case_key: str) -> list[str]:
        """Rules of a case that are no longer as they were when they flagged, so that it cannot be shown."""
        return self._cases.changed_rules(case_key)

    def pack(self, case_key: str, partner: Partner) -> CasePack | None:
        """The case as a partner may see it; None where it is a party of no flag of it."""
        return self._cases.pack(case_key, partner)

    def decidable(self, case_key: str, partner_id: str) -> list[str]:
        """Flags of a case that a partner decides: those of which it bears the loss, the leading one first.

        Of a restricted case all of them: whoever else bears a loss does not see it.
        """
        if self.nominated is not None:
            return list(self.flags_of[case_key]) if partner_id == self.nominated else []
        return [key for key in self.flags_of[case_key] if self._parties[key][0] == partner_id]

    def other_partner(self, flag_key: str, partner_id: str) -> str | None:
        """Whose record the other one of a flag is, seen from one party; null = its own, nobody's, or it is no party."""
        parties = self._parties[flag_key]
        if partner_id not in parties or parties[0] == parties[1]:
            return None
        return parties[1] if parties[0] == partner_id else parties[0]

    def by_reference(self, partner_id: str) -> dict[str, set[str]]:
        """Reference of a partner's own record, case folded -> keys of the cases with a flag on it; made when first asked for."""
        with self._lock:
            if partner_id not in self._references:
                self._references[partner_id] = self._by_reference(partner_id)
            return self._references[partner_id]

    def _by_reference(self, partner_id: str) -> dict[str, set[str]]:
        records = self._rested.records
        found: defaultdict[str, set[str]] = defaultdict(set)
        for side in ("left", "right"):
            flags = self._flags.filter(pc.equal(self._flags[f"{side}_partner"], partner_id))
            named = records["source_ref"].take(flags[f"{side}_id"].combine_chunks()).to_pylist()
            for reference, flag_key in zip(named, flags["flag_key"].to_pylist(), strict=True):
                if flag_key in self.case_of:
                    found[reference.casefold()].add(self.case_of[flag_key])
        return dict(found)

    def tells_of(self, decision: Decision) -> bool:
        """Whether who sees this night may hear of a decision of the partner: of restricted records, or of all others."""
        hidden = self._hidden.hides(decision.flag_key, decision.left_ref, decision.right_ref)
        return hidden == (self.nominated is not None)

    def undecided(self, flag_keys: Sequence[str], secret: Callable[[], bytes]) -> list[Decision]:
        """What a decision about these flags needs to say of them, in their order; see `steps.seen`."""
        wanted = pa.array(flag_keys, pa.string())
        flags = self._flags.filter(pc.is_in(self._flags["flag_key"], value_set=wanted))
        made = {
            one.flag_key: replace(one, partner=self.nominated or one.partner)
            for one in undecided(flags, self._rested, self._texts, self.as_at, secret())
        }
        return [made[key] for key in flag_keys]

    def day(self, today: dt.date, *, dated: bool) -> dt.date:
        """The day a decision made now is of: today, unless the site speaks of one fixed day (`dated`)."""
        return self.as_at if dated else max(today, self.as_at)
