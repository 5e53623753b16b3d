"""What one partner may see of a case, gathered from the tables of a night.

Everything about records comes from the exceptions tables of the partner's workbook (`report.disclosure`); of a
case the partner gets the flags it is a party of, and of the rest nothing is told, not even how much there is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.casepack.dates import Dated, in_order
from fraudmatch.casepack.facts import Fact, RuleFacts, facts_of
from fraudmatch.casepack.narrow import EventsAbout, Narrowed, Runs, whole
from fraudmatch.casepack.network import YOURS, Edge, Network, Node, network
from fraudmatch.casepack.sides import Line, lines_of
from fraudmatch.outcomes import Decision, Event, references
from fraudmatch.report.checks import checked
from fraudmatch.report.decided import listed
from fraudmatch.report.disclosure import Disclosure, Exceptions, flags_of
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.phrases import flags_in_words
from fraudmatch.report.publish import exceptions_of
from fraudmatch.report.weighing import Weighing, verdicts, weighings
from fraudmatch.report.words import dataset_title, pounds, relation_label
from fraudmatch.report.worklist import CaseList, CaseLists
from fraudmatch.schemas import VALUE_CLASSES, RuleText
from fraudmatch.site import Partner


@dataclass(frozen=True)
class Source:
    """Where a record came from.

    Attributes:
        whose: `YOURS` or the name of the partner. file, row: of the reader's own records only.
        data_of: the day its data are of; null where that is not known.
    """

    whose: str
    dataset: str
    reference: str
    file: str | None
    row: int | None
    data_of: dt.date | None

    @property
    def record(self) -> str:
        """The record in words."""
        return f"{self.whose}: {self.dataset}, {self.reference}"


@dataclass(frozen=True)
class PackedFlag:
    """One flag of a case, as the reader may see it.

    Attributes:
        row: of the reader's exceptions table, by column key.
        lines: the records side by side. seen: whether the other record is shown; null where there is none.
        contact: whom to ask about the other record.
        sources: the reader's record, then the other; of a group all that are the reader's.
        own_left: whether the reader's record is the left one of the rule. amounts: (class, pounds).
        base: points every flag of the rule has. members: of a group, the reader's own records in it.
    """

    rule: RuleText
    row: Mapping[str, Any]
    lines: tuple[Line, ...]
    seen: bool | None
    contact: str | None
    weighings: tuple[Weighing, ...]
    facts: tuple[Fact, ...]
    base: int
    sources: tuple[Source, ...]
    own_left: bool
    amounts: tuple[tuple[str, str], ...]
    members: Exceptions | None = None

    @property
    def key(self) -> str:
        """The flag's key."""
        return str(self.row["flag_key"])


@dataclass(frozen=True)
class CasePack:
    """A case as one partner may see it.

    Attributes:
        place: its row of the partner's worklist, by column key; null where the partner does not bear the loss.
        flags: those the partner is a party of, the leading one first.
        events: what this partner decided before about these flags, or about others of its own records in the case.
    """

    key: str
    partner: Partner
    place: Mapping[str, Any] | None
    flags: tuple[PackedFlag, ...]
    dates: tuple[Dated, ...]
    network: Network
    events: tuple[Event, ...]

    @property
    def explanations(self) -> tuple[str, ...]:
        """Lawful explanations to rule out, of all its rules, each once."""
        return tuple(dict.fromkeys(said for flag in self.flags for said in flag.rule.innocent_explanations))


class CaseNight:
    """The cases of a night, to be gathered one by one, by any number of threads at once.

    Args:
        night: as read back.
        rules: rule id -> what the rule says of its facts, of those that are as they were when they flagged.
        events: all decisions, in their order; the list may grow at its end, and what came is told of.
    """

    def __init__(self, night: ReportInput, rules: Mapping[str, RuleFacts], events: Sequence[Event]) -> None:
        self.night = whole(listed(checked(night)))
        self._rules, self._events = rules, EventsAbout(events)
        self._disclosure, self._narrowed = Disclosure(self.night), Narrowed(self.night)
        assert night.worklist is not None
        self._cases, self._case_flags = night.worklist.cases, night.worklist.case_flags
        self._flags_of, self._case = Runs(self._case_flags, "case_key"), Runs(self._cases, "case_key")
        self._lists = CaseLists(self.night, night.worklist)
        self._places: dict[str, Runs] = {}
        self._making = Lock()  # a list is made when it is first asked for, and once

    def best(self, partner: Partner, most: int) -> list[str]:
        """Keys of the first cases of the partner's worklist."""
        return [row["case_key"] for row in self.case_list(partner).rows(most)]

    def case_list(self, partner: Partner) -> CaseList:
        """The partner's worklist."""
        with self._making:
            return self._lists.of_partner(partner)

    def named(self, beginning: str) -> list[str]:
        """Keys of the cases whose key, or the key of a flag of which, begins so."""
        wanted = beginning.lower()
        own = self._cases.filter(pc.starts_with(self._cases["case_key"], wanted))["case_key"].to_pylist()
        flagged = self._case_flags.filter(pc.starts_with(self._case_flags["flag_key"], wanted))
        return sorted({*own, *flagged["case_key"].to_pylist()})

    def owner(self, case_key: str) -> str:
        """The partner that bears the loss of a case."""
        found: str = self._case.rows([case_key])["owner"][0].as_py()
        return found

    def changed_rules(self, case_key: str) -> list[str]:
        """Rules of a case that are no longer as they were when they flagged, so that it cannot be packed."""
        return sorted(set(self._flags_of.rows([case_key])["rule_id"].to_pylist()) - set(self._rules))

    def pack(self, case_key: str, partner: Partner) -> CasePack | None:
        """The case as `partner` may see it; None where it is a party of no flag of it. Its rules have not changed."""
        keys = self._flags_of.rows([case_key]).sort_by("position")["flag_key"].to_pylist()
        night = self._narrowed.to(keys)
        disclosure = self._disclosure.of_members(night)
        worded = flags_in_words(night.flags, night.evidence, night.rules)
        flags = flags_of(partner.id, worded, disclosure.members)
        if not flags.num_rows:
            return None
        by_key = {row["flag_key"]: row for row in flags.to_pylist()}
        made = exceptions_of(partner, flags, night, disclosure)
        shown = {
            row["flag_key"]: (exceptions, row)
            for exceptions in made
            if exceptions.of == "flag"
            for row in exceptions.table.to_pylist()
        }
        members = _members(made)
        packed = tuple(
            self._flag(partner, night, disclosure, by_key[key], *shown[key], members.get(key))
            for key in keys
            if key in shown
        )
        return CasePack(
            case_key, partner, self._place(case_key, partner), packed, tuple(in_order(_dates(packed))), network(list(_edges(packed))),
            tuple(self._decided(partner, flags)),
        )  # fmt: skip

    def _place(self, case_key: str, partner: Partner) -> Mapping[str, Any] | None:
        """The case's row of the partner's worklist; null where another bears the loss."""
        if self.owner(case_key) != partner.id:
            return None
        if partner.id not in self._places:  # two threads may: the list is the same, its index soon made
            self._places[partner.id] = Runs(self.case_list(partner).table, "case_key")
        found: list[dict[str, Any]] = self._places[partner.id].rows([case_key]).to_pylist()
        return found[0]

    def _flag(
        self, partner: Partner, night: ReportInput, disclosure: Disclosure, flag: Mapping[str, Any],
        exceptions: Exceptions, row: Mapping[str, Any], members: Exceptions | None,
    ) -> PackedFlag:  # fmt: skip
        text = exceptions.rule
        rows = night.evidence.filter(pc.equal(night.evidence["flag_key"], flag["flag_key"]))
        evidence = rows.sort_by([("model", "ascending"), ("position", "ascending")]).to_pylist()
        own_left = flag["left_partner"] == partner.id
        own, other = (flag["left_id"], flag["right_id"])[:: 1 if own_left else -1]
        seen = None if other is None else flag["left_partner"] == flag["right_partner"]
        weighed = weighings(flag, text.relation, evidence)
        return PackedFlag(
            text, row, tuple(lines_of(exceptions, row, night.fields_shown, verdicts(evidence))), seen,
            row.get("other_contact"), tuple(weighed if seen else map(_without_levels, weighed)),
            tuple(facts_of(flag["facts"], self._rules[text.id], text)), self._rules[text.id].base,
            tuple(self._source(partner, one) for one in _records(partner, disclosure, flag, (own, other))), own_left,
            tuple(
                (kind, pounds(row[f"value_{kind}_pence"]))
                for kind in VALUE_CLASSES
                if row[f"value_{kind}_pence"] is not None
            ),
            members,
        )  # fmt: skip

    def _source(self, partner: Partner, record_id: int) -> Source:
        wanted = ["partner", "dataset", "source_ref", "delivery", "source_row"]
        record = self.night.records.select(wanted).slice(record_id, 1).to_pylist()[0]
        own = record["partner"] == partner.id
        ids, source = pa.array([record_id], pa.uint32()), self._disclosure.source
        file = source.file(partner.id, ids)[0].as_py()
        return Source(
            YOURS if own else self.night.partner_names()[record["partner"]],
            dataset_title(record["dataset"]), str(record["source_ref"]), file if own else None,
            record["source_row"] if own else None, source.data_of(ids)[0].as_py(),
        )  # fmt: skip

    def _decided(self, partner: Partner, flags: pa.Table) -> Iterator[Event]:
        """The partner's own decisions about these flags, or about others of its records in them."""
        keys = set(flags["flag_key"].to_pylist())
        sides = [flags["left_id"].combine_chunks(), flags["right_id"].combine_chunks()]
        about = {ref for ids in sides for ref in references(self.night.records, ids).to_pylist() if ref}
        mine = {ref for ref in about if ref.startswith(f"{partner.id}:")}
        return (event for event in self._events.about(keys, mine) if self._told_to(partner, event.decision))

    def _told_to(self, partner: Partner, told: Decision) -> bool:
        hidden = self.night.hidden.hides(told.flag_key, told.left_ref, told.right_ref)
        return told.partner == partner.id and not hidden


def _records(
    partner: Partner, disclosure: Disclosure, flag: Mapping[str, Any], sides: Sequence[int | None]
) -> list[int]:
    """The records of a flag; of a group those of the partner."""
    _, members = disclosure.members.own(partner.id, pa.array([flag["flag_key"]]))
    return members.to_pylist() or [record for record in sides if record is not None]


def _members(made: Sequence[Exceptions]) -> dict[str, Exceptions]:
    """Flag key -> the list of the reader's records in its group."""
    found = {}
    for one in made:
        if one.of == "member":
            for key in pc.unique(one.table["flag_key"]).to_pylist():
                rows = one.table.filter(pc.equal(one.table["flag_key"], key))
                found[key] = Exceptions(one.rule, one.columns, rows, one.of)
    return found


def _without_levels(one: Weighing) -> Weighing:
    """How far values of a record the reader does not see agree is told in one of four words, as in the workbook."""
    return replace(one, steps=tuple(replace(step, level="") for step in one.steps))


def _dates(flags: Sequence[PackedFlag]) -> Iterator[Dated]:
    for flag in flags:
        for source in flag.sources:
            if source.data_of is not None:
                yield Dated(source.data_of, source.record, "day its data are of")
        for line in () if flag.members else flag.lines:
            for source, day in zip(flag.sources, (line.own_day, line.other_day), strict=False):
                if day is not None:
                    yield Dated(day, source.record, line.heading.lower())
        yield from _dates_of_members(flag.members) if flag.members else ()


def _dates_of_members(members: Exceptions) -> Iterator[Dated]:
    for row in members.table.to_pylist():
        record = f"{YOURS}: {row['own_dataset']}, {row['own_reference']}"
        for column in members.columns:
            if column.kind == "date" and row[column.key] is not None:
                yield Dated(row[column.key], record, column.heading.lower())


def _edges(flags: Sequence[PackedFlag]) -> Iterator[Edge]:
    for flag in flags:
        shown = flag.sources[:1] if flag.members else flag.sources
        nodes = [Node(source.record, source.whose, (source.dataset, source.reference)) for source in shown]
        if flag.members:
            others = f"{flag.row['own_members']} of yours, {flag.row['other_members']} of others"
            shared = relation_label("", flag.rule.grouped_by)
            nodes.append(Node(f"group {flag.key}", "A group", (shared, others)))
        right = nodes[1] if len(nodes) > 1 else None
        yield Edge(nodes[0], right, flag.rule.id, flag.row["reasons"] or "")
