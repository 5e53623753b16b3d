"""Case packs made the slow and obvious way: every table of the night is filtered for every case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.casepack import CasePack, PackedFlag, RuleFacts
from fraudmatch.casepack.dates import in_order
from fraudmatch.casepack.facts import facts_of
from fraudmatch.casepack.gather import Source, _dates, _edges, _members, _without_levels
from fraudmatch.casepack.network import YOURS, network
from fraudmatch.casepack.sides import lines_of
from fraudmatch.outcomes import Event
from fraudmatch.report import ReportInput
from fraudmatch.report.checks import checked
from fraudmatch.report.decided import listed
from fraudmatch.report.disclosure import Disclosure, Exceptions, flags_of
from fraudmatch.report.phrases import flags_in_words
from fraudmatch.report.publish import exceptions_of
from fraudmatch.report.weighing import verdicts, weighings
from fraudmatch.report.words import dataset_title, pounds
from fraudmatch.report.worklist import CaseLists
from fraudmatch.schemas import VALUE_CLASSES
from fraudmatch.site import Partner


class PlainNight:
    """The cases of a night; knows nothing but the tables."""

    def __init__(self, night: ReportInput, rules: Mapping[str, RuleFacts], events: Sequence[Event]) -> None:
        self.night = listed(checked(night))
        self.rules, self.events = rules, events

    def pack(self, case_key: str, partner: Partner) -> CasePack | None:
        """The case as a partner may see it; None where it is a party of no flag of it."""
        night, disclosure = self.night, Disclosure(self.night)
        assert night.worklist is not None
        inside = with_value(night.worklist.case_flags, "case_key", case_key)
        keys = inside.sort_by("position")["flag_key"].to_pylist()
        wanted = pa.array(keys, pa.string())
        # every flag of the night in words, as the reports have it
        worded = flags_of(
            partner.id, flags_in_words(night.flags, night.evidence, night.rules), disclosure.members
        )
        flags = worded.filter(pc.is_in(worded["flag_key"], value_set=wanted))
        if not flags.num_rows:
            return None
        made = exceptions_of(partner, flags, night, disclosure)
        shown = {
            row["flag_key"]: (one, row) for one in made if one.of == "flag" for row in one.table.to_pylist()
        }
        by_key, members = {row["flag_key"]: row for row in flags.to_pylist()}, _members(made)
        packed = tuple(
            self._flag(partner, disclosure, by_key[key], *shown[key], members.get(key))
            for key in keys
            if key in shown
        )  # fmt: skip
        place = None
        if with_value(night.worklist.cases, "case_key", case_key)["owner"][0].as_py() == partner.id:
            table = CaseLists(night, night.worklist).of_partner(partner).table
            (place,) = with_value(table, "case_key", case_key).to_pylist()
        return CasePack(
            case_key, partner, place, packed, tuple(in_order(_dates(packed))), network(list(_edges(packed))),
            tuple(self._decided(partner, flags)),
        )  # fmt: skip

    def _flag(
        self, partner: Partner, disclosure: Disclosure, flag: Mapping[str, Any], exceptions: Exceptions,
        row: Mapping[str, Any], members: Exceptions | None,
    ) -> PackedFlag:  # fmt: skip
        text, rows = exceptions.rule, with_value(self.night.evidence, "flag_key", flag["flag_key"])
        evidence = rows.sort_by([("model", "ascending"), ("position", "ascending")]).to_pylist()
        seen = None if flag["right_id"] is None else flag["left_partner"] == flag["right_partner"]
        weighed = weighings(flag, text.relation, evidence)
        own_left = flag["left_partner"] == partner.id
        lines = lines_of(exceptions, row, self.night.fields_shown, verdicts(evidence))
        amounts = {kind: row[f"value_{kind}_pence"] for kind in VALUE_CLASSES}
        return PackedFlag(
            text, row, tuple(lines), seen, row.get("other_contact"),
            tuple(weighed if seen else map(_without_levels, weighed)),
            tuple(facts_of(flag["facts"], self.rules[text.id], text)), self.rules[text.id].base,
            tuple(self._source(partner, disclosure, one) for one in self._records(partner, flag, own_left)), own_left,
            tuple((kind, pounds(pence)) for kind, pence in amounts.items() if pence is not None), members,
        )  # fmt: skip

    def _records(self, partner: Partner, flag: Mapping[str, Any], own_left: bool) -> list[int]:
        ids = with_value(self.night.members, "flag_key", flag["flag_key"])["record_id"].to_pylist()
        owners = self.night.records["partner"].to_pylist()
        sides = (flag["left_id"], flag["right_id"]) if own_left else (flag["right_id"], flag["left_id"])
        return [one for one in ids if owners[one] == partner.id] or [one for one in sides if one is not None]

    def _source(self, partner: Partner, disclosure: Disclosure, record_id: int) -> Source:
        record = self.night.records.to_pylist()[record_id]
        own, ids = record["partner"] == partner.id, pa.array([record_id], pa.uint32())
        return Source(
            YOURS if own else self.night.partner_names()[record["partner"]], dataset_title(record["dataset"]),
            record["source_ref"], disclosure.source.file(partner.id, ids)[0].as_py() if own else None,
            record["source_row"] if own else None, disclosure.source.data_of(ids)[0].as_py(),
        )  # fmt: skip

    def _decided(self, partner: Partner, flags: pa.Table) -> list[Event]:
        records = self.night.records.to_pylist()
        sides = [
            one for side in ("left_id", "right_id") for one in flags[side].to_pylist() if one is not None
        ]
        about = {reference(records[one]) for one in sides if records[one]["partner"] == partner.id}
        return [
            event
            for event in self.events
            if event.decision.partner == partner.id
            and (
                event.decision.flag_key in flags["flag_key"].to_pylist()
                or about & {event.decision.left_ref, event.decision.right_ref}
            )
        ]


def reference(record: Mapping[str, Any]) -> str:
    """A record as decisions name it."""
    party = "" if record["party"] == 1 else f"#{record['party']}"
    return f"{record['partner']}:{record['dataset']}:{record['source_ref']}{party}"


def with_value(table: pa.Table, column: str, value: str) -> pa.Table:
    """The rows of a table with a value."""
    return table.filter(pc.equal(table[column], value))
