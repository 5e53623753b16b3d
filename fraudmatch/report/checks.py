"""What a night must pass before any of it is written: no flag lost, no record shown to the wrong partner."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.errors import ConservationError, RuleFileError, SchemaError
from fraudmatch.reasons import REASONS
from fraudmatch.report.inputs import MATCH_ONLY, ReportInput, Worklist
from fraudmatch.schemas import DATASETS, RECORDS

# A rule id becomes a file name and a sheet name; a sheet name holds 31 characters, of which
# " (123)" may be needed to number further sheets. Excel keeps "History" to itself.
_RULE_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,23}$")
_TAKEN_NAMES = frozenset({"rejects", "sources", "exceptions", "index", "summary", "history", "decided"})


def checked(night: ReportInput) -> ReportInput:
    """The night with every table held to its schema; refused if it would lose a flag or show a
    record to the wrong partner.

    Raises:
        SchemaError: a table breaks its schema, or a code is in no catalogue.
        RuleFileError: a rule cannot be printed: its id, or a field it wants to show.
        ConservationError: a flag, record or delivery does not fit the others.
    """
    night = _conformed(night)
    _check_reasons(night.rejects)
    _check_rules(night)
    _check_shown(night)
    _check_partners(night)
    _check_owners(night)
    _check_members(night)
    _check_deliveries(night)
    return night


def _conformed(night: ReportInput) -> ReportInput:
    conform = schemas.conform
    details = {
        name: conform(table, schemas.details_schema(name), what=f"DETAILS[{name}]")
        for name, table in sorted(night.details.items())
    }
    worklist = night.worklist and Worklist(
        conform(night.worklist.cases, schemas.CASES, what="CASES"),
        conform(night.worklist.case_flags, schemas.CASE_FLAGS, what="CASE_FLAGS"),
    )
    return replace(
        night,
        worklist=worklist,
        details=details,
        records=conform(night.records, schemas.RECORDS, what="RECORDS"),
        groups=conform(night.groups, schemas.GROUPS, what="GROUPS"),
        flags=conform(night.flags, schemas.FLAGS, what="FLAGS"),
        held=conform(night.held, schemas.HELD, what="HELD"),
        members=conform(night.members, schemas.MEMBERS, what="MEMBERS"),
        evidence=conform(night.evidence, schemas.EVIDENCE, what="EVIDENCE"),
        rejects=conform(night.rejects, schemas.REJECTS, what="REJECTS"),
        attached=conform(night.attached, schemas.ATTACHED, what="ATTACHED"),
        deliveries=conform(night.deliveries, schemas.DELIVERIES, what="DELIVERIES"),
    )


def nearest(name: str, choices: Iterable[str]) -> str:
    """A sentence that names the choice closest to `name`, or all of them when none is close."""
    known = sorted(choices)
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Choose one of: {', '.join(known)}."


def _distinct(column: pa.ChunkedArray) -> list[str]:
    return sorted(value for value in pc.unique(column).to_pylist() if value is not None)


def _check_reasons(rejects: pa.Table) -> None:
    for code in _distinct(rejects["reason"]):
        if code not in REASONS:
            raise SchemaError(f"REJECTS: reason {code} is in no catalogue.", remedy=nearest(code, REASONS))


def _check_rules(night: ReportInput) -> None:
    for rule_id in _distinct(night.flags["rule_id"]):
        if rule_id not in night.rules:
            raise RuleFileError(
                f"FLAGS name rule {rule_id}, whose text is missing.", remedy=nearest(rule_id, night.rules)
            )
    folded: dict[str, str] = {}
    for rule_id in sorted(night.rules):
        if not _RULE_ID.match(rule_id) or rule_id.lower() in _TAKEN_NAMES:
            raise RuleFileError(
                f"Rule id {rule_id!r} cannot name a file and a sheet.",
                remedy=f"Use up to 24 letters, digits, - and _; not {', '.join(sorted(_TAKEN_NAMES))}.",
            )
        if folded.setdefault(rule_id.lower(), rule_id) != rule_id:
            raise RuleFileError(
                f"Rules {folded[rule_id.lower()]} and {rule_id} would share a file name.",
                remedy="Give one of them another id.",
            )


def _check_shown(night: ReportInput) -> None:
    for field in night.fields_shown:
        if field in MATCH_ONLY or field not in RECORDS.names:
            raise SchemaError(
                f"fields_shown: {_why_not(field)}", remedy=nearest(field, set(RECORDS.names) - MATCH_ONLY)
            )
    for rule_id, rule in sorted(night.rules.items()):
        for side, dataset, fields in (
            ("left", rule.left, rule.show_left),
            ("right", rule.right, rule.show_right),
        ):
            details = [detail.name for detail in DATASETS[dataset].details] if dataset in DATASETS else []
            choices = set(RECORDS.names).union(details) - MATCH_ONLY
            for field in fields:
                if field not in choices:
                    raise RuleFileError(
                        f"{rule_id}: show.{side}: {_why_not(field)}", remedy=nearest(field, choices)
                    )


def _why_not(field: str) -> str:
    return f"{field} is for matching only." if field in MATCH_ONLY else f"there is no field {field}."


def _check_partners(night: ReportInput) -> None:
    known = set(night.partner_names())
    for column in ("left_partner", "right_partner"):
        for partner in _distinct(night.flags[column]):
            if partner not in known:
                raise ConservationError(
                    f"FLAGS name partner {partner}, which is not in site.toml.",
                    remedy=nearest(partner, known),
                )


def _check_owners(night: ReportInput) -> None:
    """FLAGS must name the owner that RECORDS name: disclosure rests on it."""
    ids = night.records["record_id"].to_numpy()
    if len(ids) and not (
        ids[0] == 0 and ids[-1] == len(ids) - 1 and np.all(np.diff(ids.astype(np.int64)) == 1)
    ):
        raise SchemaError("RECORDS: record_id is not dense from 0 in order.")
    for side in ("left", "right"):
        position = night.flags[f"{side}_id"].combine_chunks()
        if len(position) and (pc.max(position).as_py() or 0) >= max(len(ids), 1):
            raise ConservationError(f"FLAGS: a {side}_id is in no record.")
        owner = night.records["partner"].take(position)
        named = night.flags[f"{side}_partner"]
        both_null = pc.and_(pc.is_null(owner), pc.is_null(named))
        agrees = pc.or_(both_null, pc.fill_null(pc.equal(owner, named), False))
        if not pc.all(agrees, min_count=0).as_py():
            raise ConservationError(f"FLAGS: {side}_partner is not the owner of the record {side}_id.")


def _check_members(night: ReportInput) -> None:
    """A flag has members when its rule is about groups, and the smallest of them is on its left."""
    ids = night.members["record_id"]
    if len(ids) and pc.max(ids).as_py() >= len(night.records):
        raise ConservationError("MEMBERS: a record_id is in no record.")
    order = [(name, "ascending") for name in schemas.MEMBERS.names]
    if not night.members.equals(night.members.sort_by(order).combine_chunks()):
        raise SchemaError("MEMBERS are not in the order of flag_key and record_id.")
    groups = night.flags.filter(pc.equal(night.flags["relation"], "group"))
    smallest = night.members.group_by("flag_key", use_threads=False).aggregate([("record_id", "min")])
    named = dict(zip(smallest["flag_key"].to_pylist(), smallest["record_id_min"].to_pylist(), strict=True))
    if named != dict(zip(groups["flag_key"].to_pylist(), groups["left_id"].to_pylist(), strict=True)):
        raise ConservationError("MEMBERS are not those of the flags of groups.")


def _check_deliveries(night: ReportInput) -> None:
    used = pa.chunked_array(
        [
            night.flags["left_id"].combine_chunks(),
            night.flags["right_id"].combine_chunks(),
            night.members["record_id"].combine_chunks(),
        ]
    )
    deliveries = night.records["delivery"].take(used.drop_null())
    lost = pc.invert(pc.is_in(deliveries, value_set=night.deliveries["delivery"].combine_chunks()))
    if pc.any(lost, min_count=0).as_py():
        raise ConservationError("A flagged record comes from a file that DELIVERIES do not list.")
