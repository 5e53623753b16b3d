"""Decisions attached to tonight's flags: DECIDED and the tables of a night in, ATTACHED out.

A cleared flag that rests on what it rested on then stays cleared, until `cleared_months` have passed. One of
whose facts or fields changed is open again, and the change is named. A flag that is not there tonight is closed as
no longer matched only where both data sets are there to say so.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.days import after_months
from fraudmatch.outcomes.basis import Rested, bases, changed, identity_of, references
from fraudmatch.schemas import ATTACHED, CLEARED, REAL, SETTLED_STATES, RuleText, conform

_Row = dict[str, Any]


@dataclass(frozen=True)
class Tonight:
    """A night, as far as decisions about its flags need it.

    Attributes:
        flags: FLAGS as the overrides leave them. held / overruled: HELD and OVERRULED.
        rules: id -> text of the rules that ran tonight; those that did not are not in it.
        secret: of the store, see `basis`; b"" where there is none.
    """

    as_at: dt.date
    flags: pa.Table
    held: pa.Table
    overruled: pa.Table
    rested: Rested
    rules: Mapping[str, RuleText]
    secret: bytes

    def bases(self, flags: pa.Table) -> list[str]:
        """The basis of each flag, in their order; of a store without its secret nothing can be compared."""
        if not self.secret:
            return ["{}"] * flags.num_rows
        return bases(flags, self.rested, self.rules, self.secret)


def attach(decided: pa.Table, night: Tonight, cleared_months: int) -> pa.Table:
    """ATTACHED: the state tonight of every flag that somebody decided.

    Args:
        decided: DECIDED, as in force on the night.
        cleared_months: how long a cleared flag stays cleared, months after the day it was decided.
    """
    rows = decided.to_pylist()
    there = night.flags.filter(pc.is_in(night.flags["flag_key"], value_set=decided["flag_key"]))
    now = dict(zip(there["flag_key"].to_pylist(), night.bases(there), strict=True))
    gone = _Gone(night, decided)
    attached = [
        _flagged(row, now[row["flag_key"]], night.as_at, cleared_months)
        if row["flag_key"] in now
        else gone.state(row)
        for row in rows
    ]
    columns = {f.name: [told.get(f.name) for told in attached] for f in ATTACHED if f.name in _SAID}
    columns |= {name: [row[name] for row in rows] for name in ("flag_key", "rule_id", "partner", "outcome")}
    columns |= {"decided_on": [r["decided_on"] for r in rows], "event": [r["sequence"] for r in rows]}
    arrays = [pa.array(columns[f.name], f.type) for f in ATTACHED]
    return conform(pa.Table.from_arrays(arrays, schema=ATTACHED), ATTACHED, what="ATTACHED")


_SAID = ("state", "changed", "new_flag_key")


def settled(attached: pa.Table) -> pa.Array:
    """Keys of the flags that are flagged tonight and stay decided: they are in no case."""
    keys = attached.filter(pc.is_in(attached["state"], value_set=pa.array(SETTLED_STATES)))["flag_key"]
    return keys.combine_chunks()


def open_again(attached: pa.Table) -> pa.Table:
    """ATTACHED of the flags that came back after they had been cleared."""
    back = pa.array(["changed_since_cleared", "asked_again"])
    return attached.filter(pc.is_in(attached["state"], value_set=back))


def _flagged(row: _Row, basis: str, as_at: dt.date, cleared_months: int) -> _Row:
    """The state of a decided flag that is flagged tonight."""
    if row["outcome"] in REAL:
        return {"state": "still_stands", "changed": []}
    if row["outcome"] != CLEARED:
        return {"state": row["outcome"], "changed": []}
    differs = changed(json.loads(row["basis"]), json.loads(basis)) if row["basis"] else ()
    if differs:
        return {"state": "changed_since_cleared", "changed": list(differs)}
    if after_months(row["decided_on"], cleared_months) <= as_at:
        return {"state": "asked_again", "changed": []}
    return {"state": "stays_cleared", "changed": []}


class _Gone:
    """Why a decided flag is not flagged tonight."""

    def __init__(self, night: Tonight, decided: pa.Table) -> None:
        self._night = night
        records = night.rested.records
        pairs = records.group_by(["partner", "dataset"], use_threads=False).aggregate([])
        self._there = {(row["partner"], row["dataset"]) for row in pairs.to_pylist()}
        self._held = set(night.held["flag_key"].to_pylist())
        self._overruled = set(night.overruled["flag_key"].to_pylist())
        self._blank = _Blank(night.rested)
        absent = decided.filter(
            pc.invert(pc.is_in(decided["flag_key"], value_set=night.flags["flag_key"].combine_chunks()))
        )
        self._known = _known_references(records, [absent["left_ref"], absent["right_ref"]])
        self._candidates = _Candidates(night, decided, absent)

    def state(self, row: _Row) -> _Row:
        """state, changed and new_flag_key of a row of DECIDED."""
        return {"changed": [], **self._state(row)}

    def _state(self, row: _Row) -> _Row:
        rule = self._night.rules.get(row["rule_id"])
        if rule is None:
            return {"state": "rule_not_run"}
        if row["flag_key"] in self._held:
            return {"state": "held_back"}
        if row["flag_key"] in self._overruled:
            return {"state": "overruled"}
        sides = [ref.split(":", 2)[:2] for ref in (row["left_ref"], row["right_ref"]) if ref]
        if not sides:
            return {"state": "not_flagged"}
        if any(tuple(side) not in self._there for side in sides) or self._blank.needed(rule, sides):
            return {"state": "missing_tonight"}
        if any(ref and ref not in self._known for ref in (row["left_ref"], row["right_ref"])):
            other = self._candidates.of(row)
            if other:
                return {"state": "key_changed", "new_flag_key": other}
        return {"state": "no_longer_matched"}


def _known_references(records: pa.Table, asked: Iterable[pa.ChunkedArray]) -> set[str]:
    """Which of the references asked for are there tonight."""
    wanted = pc.unique(pa.chunked_array([chunk for column in asked for chunk in column.chunks], pa.string()))
    if not len(wanted):
        return set()
    sources = pc.list_element(pc.split_pattern(wanted.drop_null(), ":", max_splits=2), 2)
    bare = pc.replace_substring_regex(sources, "#[0-9]+$", "")
    likely = pc.is_in(records["source_ref"], value_set=pa.concat_arrays([sources, bare]))
    ids = records.filter(likely)["record_id"].combine_chunks()
    return set(references(records, ids).to_pylist())


class _Blank:
    """Whether an extract of tonight lacks what a rule asks for, so that the rule can say nothing of it."""

    def __init__(self, rested: Rested) -> None:
        self._rested = rested
        self._found: dict[tuple[str, str, str], bool] = {}

    def needed(self, rule: RuleText, sides: Collection[list[str]]) -> bool:
        """Whether a field that the rule demands is blank in every record of one of the (partner, data set)."""
        return any(
            self._is_blank(partner, dataset, field)
            for partner, dataset in sides
            for demanded, field in rule.demands
            if demanded == dataset
        )

    def _is_blank(self, partner: str, dataset: str, field: str) -> bool:
        key = (partner, dataset, field)
        if key not in self._found:
            records, details = self._rested.records, self._rested.details[dataset]
            of_partner = records["partner"].take(details["record_id"].combine_chunks())
            mine = details[field].filter(pc.equal(of_partner, partner))
            self._found[key] = mine.null_count == len(mine)
        return self._found[key]


class _Candidates:
    """Flags that nobody has decided, by who and where their two sides are."""

    def __init__(self, night: Tonight, decided: pa.Table, absent: pa.Table) -> None:
        self._night, self._decided = night, decided
        self._rules = set(absent["rule_id"].to_pylist())
        self._by_identity: dict[tuple[str, str, str], list[str]] | None = None

    def of(self, row: _Row) -> str | None:
        """The one flag of the same rule and partner, undecided, with the same people at the same places; else None."""
        identity = identity_of(json.loads(row["basis"])) if row["basis"] else None
        if identity is None:
            return None
        if self._by_identity is None:
            self._by_identity = self._read()
        found = self._by_identity.get((row["rule_id"], row["partner"], identity), [])
        return found[0] if len(found) == 1 else None

    def _read(self) -> dict[tuple[str, str, str], list[str]]:
        night = self._night
        fresh = pc.invert(pc.is_in(night.flags["flag_key"], value_set=self._decided["flag_key"]))
        of_rules = pc.is_in(night.flags["rule_id"], value_set=pa.array(sorted(self._rules), pa.string()))
        flags = night.flags.filter(pc.and_(fresh, of_rules))
        found: dict[tuple[str, str, str], list[str]] = {}
        told = zip(
            *(flags[name].to_pylist() for name in ("rule_id", "left_partner", "flag_key")),
            night.bases(flags), strict=True,
        )  # fmt: skip
        for rule_id, partner, key, basis in told:
            identity = identity_of(json.loads(basis))
            if identity is not None:
                found.setdefault((rule_id, partner, identity), []).append(key)
        return found
