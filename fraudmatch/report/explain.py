"""One flag laid out for an analyst at the hub: the records, the weights, the facts, what to do next.

Both sides are shown in full (but for telephone and e-mail): this page is made on the hub and is not a
partner's report.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import textwrap
from collections.abc import Mapping, Sequence

import pyarrow as pa

from fraudmatch.report.inputs import MATCH_ONLY
from fraudmatch.report.layout import bar, fitted, paragraph, text_table
from fraudmatch.report.weighing import Step, Weighing, verdicts, weighings
from fraudmatch.report.words import (
    NOT_A_FINDING,
    dataset_title,
    fact_phrase,
    field_heading,
    identity_words,
    number_words,
    pounds,
    relation_label,
)
from fraudmatch.schemas import VALUE_CLASSES, NumberText, RuleText

#: Rows of the table of records before the fields the rule shows.
_ALWAYS = (
    "partner",
    "dataset",
    "source_ref",
    "delivery",
    "source_row",
    "name_as_written",
    "date_of_birth",
    "nino",
    "organisation_name",
    "company_number",
    "address_as_written",
    "postcode",
    "uprn",
)

_CELL = 36
_MOST_MEMBERS = 40  # lines of a group


def explain_flag(
    flag: Mapping[str, object],
    rule: RuleText,
    evidence: pa.Table,
    left: Mapping[str, object],
    right: Mapping[str, object] | None,
    *,
    points: Mapping[str, int] | None = None,
    members: Sequence[Mapping[str, object]] = (),
    casework: Sequence[str] = (),
) -> list[str]:
    """Lines of text that explain one flag.

    Args:
        flag: a row of FLAGS.
        rule: the text of its rule.
        evidence: EVIDENCE; rows of other flags are left out.
        left / right: the row of RECORDS together with that of DETAILS; right is None for rules
            about single records or groups. Absent keys count as not known.
        members: of a group, the rows of RECORDS and DETAILS of all its records.
        points: risk points of each fact, with "base", where known.
        casework: lines about its case (`case_lines`).

    Returns:
        lines without line ends; the caller prints them.
    """
    mine = [row for row in evidence.to_pylist() if row["flag_key"] == flag["flag_key"]]
    mine.sort(key=lambda row: (row["model"], row["position"]))
    title = f"{rule.id} · {rule.title}"
    return [
        *paragraph(title, indent="", first=""),
        "═" * min(len(title), 100),
        f"Flag {flag['flag_key']} · rule version {flag['rule_version']} · {rule.status}",
        *paragraph(rule.description, indent=""),
        "",
        *(_members(rule, members) if members else _records(rule, mine, left, right)),
        *_weights(flag, rule, mine),
        *_facts(flag, rule, points),
        *_amounts(flag),
        *_numbers(rule),
        *casework,
        *_advice(rule),
    ]


def _members(rule: RuleText, members: Sequence[Mapping[str, object]]) -> list[str]:
    """The records of a group, a line for each; a long group is cut with a mark."""
    wanted = ("partner", "source_ref", "name_as_written", "date_of_birth", "address_as_written")
    fields = [f for f in dict.fromkeys((*wanted, *rule.show_left)) if f not in MATCH_ONLY]
    fields = [field for field in fields if any(_known(member, field) for member in members)]
    rows = [tuple(_cell(member, field) for field in fields) for member in members[:_MOST_MEMBERS]]
    heading = (
        f"The {len(members)} records of the group share {relation_label(rule.relation, rule.grouped_by)}"
    )
    lines = [heading, *text_table([_heading(field) for field in fields], rows)]
    if len(members) > _MOST_MEMBERS:
        lines.append(
            f"… and {len(members) - _MOST_MEMBERS} more; each partner's file {rule.id} members.csv has its own."
        )
    return [*lines, ""]


def _records(
    rule: RuleText,
    evidence: Sequence[Mapping[str, object]],
    left: Mapping[str, object],
    right: Mapping[str, object] | None,
) -> list[str]:
    """The record, or both side by side with a word on each field that was compared."""
    shown = [
        field
        for field in dict.fromkeys((*_ALWAYS, *rule.show_left, *rule.show_right))
        if field not in MATCH_ONLY
    ]
    shown = [field for field in shown if _known(left, field) or (right is not None and _known(right, field))]
    if right is None:
        return ["The record", *text_table(("", "record"), [(_heading(f), _cell(left, f)) for f in shown]), ""]
    said = verdicts(evidence)
    rows = [
        row
        for field in shown
        for row in _folded(_heading(field), _cell(left, field), _cell(right, field), said.get(field, ""))
    ]
    return ["The two records", *text_table(("", "left", "right", "compared"), rows), ""]


def _folded(heading: str, left: str, right: str, verdict: str) -> list[tuple[str, str, str, str]]:
    """One row of the table of records, as many lines as the longer value needs."""
    sides = (textwrap.wrap(left, _CELL), textwrap.wrap(right, _CELL))
    lines = list(itertools.zip_longest((heading,), *sides, (verdict,), fillvalue=""))
    return [(str(a), str(b), str(c), str(d)) for a, b, c, d in lines]


def _known(record: Mapping[str, object], field: str) -> bool:
    return record.get(field) is not None


def _heading(field: str) -> str:
    headings = {"source_ref": "Reference", "delivery": "Delivery (SHA-256)", "dataset": "Data set"}
    return headings.get(field) or field_heading(field)


def _cell(record: Mapping[str, object], field: str) -> str:
    value = record.get(field)
    if value is None:
        return "–"
    if field == "dataset":
        return dataset_title(str(value))
    if field == "delivery":
        return str(value)[:12] + "…"
    return _as_text(field, value)


def _as_text(field: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int) and field.endswith("_pence"):
        return pounds(value)
    if isinstance(value, int) and field.endswith("_hundredths"):
        return f"{value // 100}.{value % 100:02d}"
    return fitted(str(value), 200)


def _weights(
    flag: Mapping[str, object], rule: RuleText, evidence: Sequence[Mapping[str, object]]
) -> list[str]:
    """A waterfall for each model that looked at the pair."""
    lines = [line for one in weighings(flag, rule.relation, evidence) for line in _waterfall(one)]
    probability = flag.get("identity_probability")
    if probability is not None:
        shown = min(round(float(str(probability)), 4), 0.9999)
        lines += [f"Identity: {identity_words(float(str(probability)))}, probability {shown:.4f}", ""]
    return lines


def _waterfall(one: Weighing) -> list[str]:
    """Weights from the starting point to the total, in log2: one point doubles the odds."""
    steps = [*one.steps, Step("total", "", "" if one.whole else "comparisons only", one.total)]
    most = max(abs(step.weight) for step in steps)
    rows = [(s.label, s.said, s.level, f"{s.weight:+.3f}", bar(s.weight, most)) for s in steps]
    heading = f"Weights of model {one.model} (log2: +1 doubles the odds that it is the same)"
    return [heading, *text_table(("comparison", "agreement", "level", "weight", ""), rows, right=(3,)), ""]


def _facts(flag: Mapping[str, object], rule: RuleText, points: Mapping[str, int] | None) -> list[str]:
    said: dict[str, bool | None] = json.loads(str(flag["facts"]))
    order = {fact: place for place, fact in enumerate(rule.reasons)}
    words = {True: "true", False: "false", None: "not known"}
    rows = [
        (words[said[fact]], fact, _points(fact, said[fact], points), fact_phrase(fact, rule.reasons))
        for fact in sorted(said, key=lambda fact: (order.get(fact, len(order)), fact))
    ]
    heading = f"Facts: {flag['risk_points']} risk points, priority {flag['priority']}"
    if points and "base" in points:
        heading += f" (base {points['base']}; points in brackets were not given)"
    if not rows:
        return [heading, ""]
    return [heading, *text_table(("", "fact", "points", "in words"), rows, right=(2,), most=70), ""]


def _points(fact: str, value: bool | None, points: Mapping[str, int] | None) -> str:
    if not points or fact not in points:
        return ""
    return f"{points[fact]:+d}" if value else f"({points[fact]:+d})"


def _amounts(flag: Mapping[str, object]) -> list[str]:
    found = [(money, flag.get(f"value_{money}_pence")) for money in VALUE_CLASSES]
    lines = [f"  {money}: {pounds(int(str(pence)))}" for money, pence in found if pence is not None]
    return ["Amounts (never added together)", *lines, ""] if lines else []


def _numbers(rule: RuleText) -> list[str]:
    """The dated numbers the rule goes by, each with its source."""
    if not rule.numbers:
        return []
    found = [
        line
        for number in rule.numbers
        for line in paragraph(f"{number_words(number)}. {_source(number)}".rstrip(". "), "    ", "  – ")
    ]
    return ["Numbers the rule goes by", *found, ""]


def _source(number: NumberText) -> str:
    """The source, without the words `number_words` has said already."""
    said = "Choice of this library"
    rest = number.source.removeprefix(said).lstrip(":;, ") if number.standing == "choice" else number.source
    return rest[:1].upper() + rest[1:]


def _advice(rule: RuleText) -> list[str]:
    innocent = [line for text in rule.innocent_explanations for line in paragraph(text, "    ", "  – ")]
    laws = [
        line
        for title, address in rule.legal_basis
        for line in paragraph(f"{title} {f'<{address}>' if address else ''}".strip(), "    ", "  – ")
    ]
    return [
        "May be innocent",
        *(innocent or ["  none listed"]),
        "Next step",
        *paragraph(rule.next_step),
        "Law",
        *(laws or ["  none listed"]),
        "",
        *paragraph(NOT_A_FINDING, indent=""),
    ]
