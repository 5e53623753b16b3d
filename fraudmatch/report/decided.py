"""What became tonight of flags that somebody decided: which are listed again and why, and how many are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.findings import made_from
from fraudmatch.report.csvs import write_csv
from fraudmatch.report.disclosure import Column
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.words import fact_phrase, field_heading, long_date
from fraudmatch.schemas import OPEN_STATES, SETTLED_STATES, RuleText

#: State -> what it is, as printed, in the order in which people read it.
STATES = {
    "changed_since_cleared": "cleared, and listed again: what it rested on changed",
    "asked_again": "cleared so long ago that it is asked about again",
    "reopened": "its decision was taken back; listed",
    "unresolved": "looked at, not settled; listed",
    "stays_cleared": "cleared, and nothing changed; not listed",
    "still_stands": "found real, and still flagged; not listed",
    "no_longer_matched": "not flagged any more: closed as no longer matched",
    "key_changed": "not flagged any more; a new flag may be the same under another reference",
    "missing_tonight": "not judged tonight: data it rests on did not come; the decision stands",
    "rule_not_run": "not judged tonight: its rule did not run; the decision stands",
    "held_back": "held back tonight for a known reason",
    "overruled": "taken away by a local override",
    "not_flagged": "not flagged tonight; the decision does not say which records it was about",
}


@dataclass(frozen=True)
class StateTotal:
    """How many decided flags are in one state tonight; `words` say which."""

    state: str
    words: str
    flags: int


def state_totals(attached: pa.Table, partner_id: str | None = None) -> tuple[StateTotal, ...]:
    """Decided flags by state, without states that none is in; those a partner owns, or all."""
    if partner_id is not None:
        attached = attached.filter(pc.equal(attached["partner"], partner_id))
    states = attached["state"].to_pylist()
    return tuple(
        StateTotal(state, words, states.count(state)) for state, words in STATES.items() if state in states
    )


def settled_keys(attached: pa.Table) -> pa.Array:
    """Keys of the flags that are flagged tonight, stay decided, and are not listed."""
    settled = pc.is_in(attached["state"], value_set=pa.array(SETTLED_STATES))
    return attached.filter(settled)["flag_key"].combine_chunks()


def settled_rules(attached: pa.Table) -> set[str]:
    """Ids of the rules that flagged something which stays decided: they found something tonight."""
    settled = pc.is_in(attached["state"], value_set=pa.array(SETTLED_STATES))
    return set(attached.filter(settled)["rule_id"].to_pylist())


def unsettled(table: pa.Table, attached: pa.Table) -> pa.Table:
    """Rows of a table with a flag_key, such as FLAGS, without those of flags that stay decided."""
    return table.filter(pc.invert(pc.is_in(table["flag_key"], value_set=settled_keys(attached))))


def listed(night: ReportInput) -> ReportInput:
    """The night without the flags that stay decided: what is left to be worked."""
    if not night.attached.num_rows:
        return night
    flags, members = (unsettled(table, night.attached) for table in (night.flags, night.members))
    return replace(night, flags=flags, members=members)


def decided_elsewhere(night: ReportInput) -> dict[str, int]:
    """Partner -> flags with a record of it on the right that another decided, and that are therefore not listed.

    Args:
        night: with all flags, as they were before `listed`.
    """
    settled = night.flags.filter(pc.is_in(night.flags["flag_key"], value_set=settled_keys(night.attached)))
    theirs = settled.filter(pc.not_equal(settled["left_partner"], settled["right_partner"]))
    counts = pc.value_counts(theirs["right_partner"]).to_pylist()
    return {row["values"]: row["counts"] for row in counts}


def since_decided(night: ReportInput, partner_id: str, flag_keys: pa.ChunkedArray) -> pa.Array:
    """Per flag, what is to be said of a decision of the partner about it; null where there is nothing to say."""
    known = {
        row["flag_key"]: _since(row, night.rules[row["rule_id"]])
        for row in night.attached.filter(pc.equal(night.attached["partner"], partner_id)).to_pylist()
        if row["state"] in OPEN_STATES
    }
    return pa.array([known.get(key) for key in flag_keys.to_pylist()], pa.string())


def made_from_of(night: ReportInput, partner_id: str, flag_keys: pa.ChunkedArray) -> pa.Array:
    """Per flag, the run and the event in force, where the partner owns the flag and so decides it; else null."""
    own = night.flags.filter(pc.equal(night.flags["left_partner"], partner_id))["flag_key"].to_pylist()
    events = dict.fromkeys(own, 0)
    for key, event in zip(*(night.attached[name].to_pylist() for name in ("flag_key", "event")), strict=True):
        if key in events:
            events[key] = event
    told = [made_from(night.run_id, events[key]) if key in events else None for key in flag_keys.to_pylist()]
    return pa.array(told, pa.string())


def _since(row: Mapping[str, Any], rule: RuleText) -> str:
    day = row["decided_on"]
    if row["state"] == "changed_since_cleared":
        return f"Cleared on {long_date(day)}; since then changed: {changes_in_words(row['changed'], rule)}"
    if row["state"] == "asked_again":
        return f"Cleared on {long_date(day)}; asked again after so long"
    if row["state"] == "reopened":
        return f"The decision before it was taken back on {long_date(day)}"
    return f"Looked at on {long_date(day)}, not settled"


def changes_in_words(changed: Sequence[str], rule: RuleText | None) -> str:
    """ "your record: address, name; other record: date of birth; whether …": for the partner of the left record.

    Args:
        changed: of ATTACHED. rule: None where it is not there any more.
    """
    by_part: dict[str, list[str]] = {}
    for one in changed:
        part, _, name = one.partition(".")
        by_part.setdefault(part, []).append(name)
    said = [
        f"{words}: {', '.join(_lower(field_heading(name)) for name in by_part[part])}"
        for part, words in (("left", "your record"), ("right", "other record"))
        if part in by_part
    ]
    said += [f"whether {fact_phrase(name, rule.reasons if rule else {})}" for name in by_part.get("fact", [])]
    return "; ".join(said + (["which records are in the group"] if "members" in by_part else []))


def _lower(words: str) -> str:
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


_COLUMNS = (
    Column("rule_id", "Rule", "text", "flag"),
    Column("outcome", "Decided as", "text", "flag"),
    Column("decided_on", "On", "date", "flag"),
    Column("event", "Event", "integer", "flag"),
    Column("state_words", "Tonight", "text", "flag"),
    Column("changes", "Changed since", "text", "flag"),
    Column("new_flag_key", "May be this flag now", "text", "trace"),
    Column("flag_key", "Flag key", "text", "trace"),
)


def write_decided(
    path: Path, partner_id: str, attached: pa.Table, rules: Mapping[str, RuleText]
) -> tuple[Path, ...]:
    """Every flag of a partner that somebody decided, with what became of it tonight; by rule and flag key.

    Returns:
        The file; () where nobody has decided any, and none is written.
    """
    mine = attached.filter(pc.equal(attached["partner"], partner_id))
    if not mine.num_rows:
        return ()
    mine = mine.sort_by([(name, "ascending") for name in ("rule_id", "flag_key")])
    rows = mine.select(["rule_id", "changed", "state"]).to_pylist()
    words = [changes_in_words(row["changed"], rules.get(row["rule_id"])) or None for row in rows]
    mine = mine.append_column("state_words", pa.array([STATES[row["state"]] for row in rows], pa.string()))
    write_csv(path, _COLUMNS, mine.append_column("changes", pa.array(words, pa.string())))
    return (path,)
