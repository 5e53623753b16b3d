"""What one partner may see of the flags of one rule: the only place that decides it.

The rule (disclosure level "agreement" of the sharing agreement): a partner sees its own record
in full; of another partner's record only `OF_OTHERS`, and on which comparisons the two agree.
When both records are its own it sees both. Telephone and e-mail are shown to nobody.

The gate is one line: values of the other record are looked up with `seen_id`, which is null
wherever the other record is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.findings import FLAG_KEY, MADE_FROM
from fraudmatch.report.clean import relabel
from fraudmatch.report.groups import GroupMembers
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.sources import RecordSource
from fraudmatch.report.words import dataset_title, field_heading
from fraudmatch.schemas import DATASETS, RECORDS, VALUE_CLASSES, RuleText
from fraudmatch.site import Partner

#: All that is shown of another partner's record, besides the contact of that partner.
OF_OTHERS = ("partner", "dataset", "source_ref")


# What a column holds, by kind.
_TYPES = {
    "text": pa.string(), "integer": pa.int64(), "pence": pa.int64(), "hundredths": pa.int64(), "date": pa.date32(),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of an exceptions table.

    Attributes:
        key: unique name.
        heading: as printed; unique too.
        kind: text | integer | pence | hundredths | date.
        block: flag | own | other | evidence | value | trace: what it speaks of.
        optional: a workbook leaves it out when it holds nothing.
    """

    key: str
    heading: str
    kind: str
    block: str
    optional: bool = False


@dataclass(frozen=True)
class Exceptions:
    """The flags of one rule as one partner may see them, best first; or the members of its groups.

    Attributes:
        table: one column per entry of `columns`, by key; writers clean the text.
        of: "flag" or "member": what a row of the table is.
    """

    rule: RuleText
    columns: tuple[Column, ...]
    table: pa.Table
    of: str = "flag"

    @property
    def name(self) -> str:
        """Name of its file and sheet."""
        return self.rule.id if self.of == "flag" else f"{self.rule.id} {self.of}s"


@dataclass(frozen=True)
class Sides:
    """Record ids of the two sides of each flag, seen from one partner.

    Attributes:
        own_id: the partner's record. other_id: the second record, null for rules about one.
        seen_id: `other_id` where that record is the partner's too, else null.
    """

    own_id: pa.Array
    other_id: pa.Array
    seen_id: pa.Array


def flags_of(partner_id: str, flags: pa.Table, members: GroupMembers) -> pa.Table:
    """The rows of FLAGS that have the partner as a party, groups as it sees them."""
    flags = members.seen_by(partner_id, flags)
    right = pc.fill_null(pc.equal(flags["right_partner"], partner_id), False)
    return flags.filter(pc.or_(pc.equal(flags["left_partner"], partner_id), right))


def sides_of(partner_id: str, flags: pa.Table) -> Sides:
    """Own and other side of flags that have the partner as a party."""
    left_own = pc.equal(flags["left_partner"], partner_id).combine_chunks()
    right_own = pc.fill_null(pc.equal(flags["right_partner"], partner_id), False).combine_chunks()
    left, right = flags["left_id"].combine_chunks(), flags["right_id"].combine_chunks()
    other = pc.if_else(left_own, right, left)
    seen = pc.if_else(pc.and_(left_own, right_own), other, pa.scalar(None, other.type))
    return Sides(pc.if_else(left_own, left, right), other, seen)


class Disclosure:
    """Makes exceptions tables of a night for any of its partners."""

    def __init__(self, night: ReportInput) -> None:
        self.source = RecordSource(night)
        self.members = GroupMembers(night)
        self._fields = night.fields_shown
        self._names = night.partner_names()
        self._contacts = {partner.id: partner.contact or None for partner in night.partners}

    def of_members(self, night: ReportInput) -> Disclosure:
        """The same of a night with other MEMBERS: records are looked up where they were."""
        other = copy(self)
        other.members = GroupMembers(night)
        return other

    def exceptions(self, partner: Partner, rule: RuleText, flags: pa.Table, about: pa.Array) -> Exceptions:
        """The flags of `rule` as `partner` may see them.

        Args:
            flags: rows of `flags_in_words`, all of this rule, all with the partner as a party; with
                `since_decided`, what is to be told the partner of a decision of its own, and `made_from`
                (`findings.made_from`), null where another partner decides.
            about: per row, how many of the partner's flags tonight are about the same person.
        """
        sides = sides_of(partner.id, flags)
        parts = [
            *_flag_part(flags),
            *self._own_part(rule, sides),
            (Column("about_person", "Your flags on this person", "integer", "own", True), about),
            *(self._group_part(partner, flags) if rule.grouped_by else ()),
            *(self._other_part(rule, sides) if rule.right is not None else ()),
            *_value_part(flags),
            (Column("data_of", "Data as of (the older)", "date", "trace", True), self._data_of(sides)),
            (Column("source_file", "Your source file", "text", "trace"), self._files(partner, sides)),
            (Column("made_from", MADE_FROM, "text", "trace"), flags["made_from"].combine_chunks()),
            (Column("flag_key", FLAG_KEY, "text", "trace"), flags["flag_key"].combine_chunks()),
        ]
        return _exceptions(rule, parts, "flag")

    def member_list(self, partner: Partner, rule: RuleText, flags: pa.Table) -> Exceptions:
        """The partner's own members of the groups that `rule` flagged, in full; nothing of others'.

        Args:
            flags: rows of FLAGS, all of this rule, in the order of `exceptions`.
        """
        places, ids = self.members.own(partner.id, flags["flag_key"])
        nobody = pa.nulls(len(ids), ids.type)
        sides = Sides(ids, nobody, nobody)
        parts = [
            (Column("rank", "Rank", "integer", "flag"), pa.array(places + 1)),
            *self._own_part(rule, sides),
            (Column("source_file", "Your source file", "text", "trace"), self._files(partner, sides)),
            (Column("flag_key", "Flag key", "text", "trace"),
             flags["flag_key"].combine_chunks().take(pa.array(places))),
        ]  # fmt: skip
        return _exceptions(rule, parts, "member")

    def _group_part(self, partner: Partner, flags: pa.Table) -> Iterator[tuple[Column, pa.Array]]:
        own, others = self.members.counts(partner.id, flags["flag_key"])
        yield Column("own_members", "Your records in the group", "integer", "own"), own
        yield Column("other_members", "Records of others in the group", "integer", "other"), others

    def _own_part(self, rule: RuleText, sides: Sides) -> Iterator[tuple[Column, pa.Array]]:
        of_records = self.source.of_records
        titles = relabel(of_records("dataset", sides.own_id), dataset_title)
        yield Column("own_dataset", "Your data set", "text", "own"), titles
        yield Column("own_reference", "Your reference", "text", "own"), of_records("source_ref", sides.own_id)
        for field in self._fields:
            column = Column(f"own_{field}", field_heading(field), _record_kind(field), "own", True)
            yield column, of_records(field, sides.own_id)
        yield from self._details("own", "", _shown_either(rule), sides.own_id)

    def _other_part(self, rule: RuleText, sides: Sides) -> Iterator[tuple[Column, pa.Array]]:
        partner, dataset, reference = (self.source.of_records(name, sides.other_id) for name in OF_OTHERS)
        yield Column("other_partner", "Other partner", "text", "other"), relabel(partner, self._names.get)
        yield Column("other_dataset", "Other data set", "text", "other"), relabel(dataset, dataset_title)
        yield Column("other_reference", "Other reference", "text", "other"), reference
        contacts = relabel(partner, self._contacts.get)
        yield Column("other_contact", "Ask", "text", "other", True), contacts
        for field in self._fields:
            heading = "Other " + _lower_first(field_heading(field))
            column = Column(f"other_{field}", heading, _record_kind(field), "other", True)
            yield column, self.source.of_records(field, sides.seen_id)
        shown = tuple((rule.right or "", field) for field in rule.show_right)
        yield from self._details("other", "Other: ", shown, sides.seen_id)

    def _details(
        self, block: str, prefix: str, shown: tuple[tuple[str, str], ...], ids: pa.Array
    ) -> Iterator[tuple[Column, pa.Array]]:
        """The columns a rule wants to show; a heading used by two data sets names its data set."""
        fields = [field for _, field in shown]
        for dataset, field in shown:
            if field in self._fields:  # stands there already
                continue
            heading = prefix + field_heading(field)
            if fields.count(field) > 1:
                heading += f" ({_lower_first(dataset_title(dataset))})"
            kind, values = self._detail(dataset, field, ids)
            yield Column(f"{block}_{dataset}_{field}", heading, kind, block, True), values

    def _detail(self, dataset: str, field: str, ids: pa.Array) -> tuple[str, pa.Array]:
        known = DATASETS[dataset].details if dataset in DATASETS else ()
        found = next((detail for detail in known if detail.name == field), None)
        if found is None:
            return _record_kind(field), self._record_of(dataset, field, ids)
        if not self.source.has_details(dataset):
            return _detail_kind(field, found.kind), pa.nulls(len(ids), found.type)
        values = self.source.of_details(dataset, field, ids)
        return _detail_kind(field, found.kind), _in_words(values, found.kind)

    def _record_of(self, dataset: str, field: str, ids: pa.Array) -> pa.Array:
        """A column of RECORDS that a rule shows, for the records of one data set only."""
        of_dataset = pc.equal(self.source.of_records("dataset", ids), dataset)
        return self.source.of_records(field, pc.if_else(of_dataset, ids, pa.scalar(None, ids.type)))

    def _data_of(self, sides: Sides) -> pa.Array:
        """The day the data of the flag are of: of its two records the older one."""
        own, other = (self.source.data_of(ids) for ids in (sides.own_id, sides.other_id))
        return pc.min_element_wise(own, other)

    def _files(self, partner: Partner, sides: Sides) -> pa.Array:
        own, seen = self.source.file(partner.id, sides.own_id), self.source.file(partner.id, sides.seen_id)
        differs = pc.fill_null(pc.not_equal(own, seen), False)
        return pc.if_else(differs, pc.binary_join_element_wise(own, seen, pa.scalar("; ")), own)


def _exceptions(rule: RuleText, parts: Sequence[tuple[Column, pa.Array]], of: str) -> Exceptions:
    columns = tuple(column for column, _ in parts)
    arrays = [_typed(column, values) for column, values in parts]
    return Exceptions(rule, columns, pa.table(arrays, names=[column.key for column in columns]), of)


def _flag_part(flags: pa.Table) -> Iterator[tuple[Column, pa.Array]]:
    yield Column("rank", "Rank", "integer", "flag"), pa.array(range(1, len(flags) + 1), pa.int64())
    for key, heading, kind, optional in (
        ("priority", "Priority", "integer", False),
        ("risk_points", "Risk points", "integer", False),
        ("identity", "Identity", "text", False),
        ("probability_hundredths", "Probability (%)", "hundredths", True),
        ("reasons", "Why flagged", "text", False),
        ("not_known", "Not known whether", "text", True),
        ("since_decided", "Since last decided", "text", True),
    ):
        yield Column(key, heading, kind, "flag", optional), flags[key].combine_chunks()


def _value_part(flags: pa.Table) -> Iterator[tuple[Column, pa.Array]]:
    for key, heading in (
        ("agrees", "Agrees on"),
        ("nearly_agrees", "Nearly agrees on"),
        ("differs", "Differs on"),
        ("missing", "Missing on either side"),
    ):
        yield Column(key, heading, "text", "evidence", True), flags[key].combine_chunks()
    for money in VALUE_CLASSES:
        column = Column(f"value_{money}_pence", f"{money.capitalize()} (£)", "pence", "value", True)
        yield column, flags[f"value_{money}_pence"].combine_chunks()


def _shown_either(rule: RuleText) -> tuple[tuple[str, str], ...]:
    """(data set, field) a rule shows on its left and on its right, each once, in that order."""
    left = [(rule.left, field) for field in rule.show_left]
    right = [(rule.right, field) for field in rule.show_right] if rule.right is not None else []
    return tuple(dict.fromkeys([*left, *right]))


def _record_kind(field: str) -> str:
    """Kind of a column of RECORDS; `checked` has made sure that it may be printed."""
    kind = RECORDS.field(field).type
    return "date" if pa.types.is_date(kind) else "integer" if pa.types.is_integer(kind) else "text"


def _detail_kind(field: str, kind: str) -> str:
    if kind == "integer" and field.endswith("_hundredths"):
        return "hundredths"
    return {"flag": "text", "code": "text"}.get(kind, kind)


def _in_words(values: pa.Array, kind: str) -> pa.Array:
    if kind == "flag":
        return pc.if_else(values, "yes", "no")
    return pc.replace_substring(values, "_", " ") if kind == "code" else values


def _typed(column: Column, values: pa.Array) -> pa.Array:
    kind = _TYPES[column.kind]
    return values if values.type == kind else values.cast(kind)


def _lower_first(words: str) -> str:
    """Lower-case first letter, unless the word is an abbreviation."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]
