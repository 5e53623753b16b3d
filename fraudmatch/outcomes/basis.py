"""What a flag rests on, kept with a decision so that a later night can say what changed, without any value.

    {"rule": 3, "facts": {name: true | false | null},
     "left": {field: digest | null}, "right": {field: digest | null}, "members": digest}

`rule` is its version, and facts are compared within one version only: a fact may mean something else in the next.
A digest is BLAKE2b (RFC 7693), 6 bytes, keyed with a secret of the site's own store, of a field's name and value as
compared (folded, so that a change of capitals is none). Whoever holds the store can therefore try values against it;
it is as sensitive as the references and notes beside it. What is blank tonight is no change: nothing new is known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.schemas import RECORDS, RuleText

#: Field of a basis -> columns of RECORDS that say it, of every record: who and where it is.
IDENTITY = {
    "name": ("forename", "middle_names", "surname", "organisation_core"),
    "date_of_birth": ("date_of_birth",),
    "nino": ("nino",),
    "address": ("flat", "number", "building", "street", "postcode"),
}
_IN_IDENTITY = frozenset(column for columns in IDENTITY.values() for column in columns)

#: Relation -> the further column that brings its records together.
_OF_RELATION = {"account": ("bank",), "organisation": ("company_number",)}

_DIGEST_BYTES = 6
_APART = "\x1f"

Basis = Mapping[str, Any]


@dataclass(frozen=True)
class Rested:
    """The tables of a night that flags rest on: RECORDS, DETAILS by data set and MEMBERS."""

    records: pa.Table
    details: Mapping[str, pa.Table]
    members: pa.Table


def bases(flags: pa.Table, rested: Rested, rules: Mapping[str, RuleText], secret: bytes) -> list[str]:
    """The basis of every flag as canonical JSON, in the order of `flags`.

    Args:
        flags: FLAGS, some or all. rules: rule id -> text, of every rule among them.
        secret: at least one byte; two bases can be compared only when made with the same.
    """
    found: dict[str, str] = {}
    members = _members(flags, rested, secret)
    for rule_id in sorted(pc.unique(flags["rule_id"]).to_pylist()):
        of_rule, rule = flags.filter(pc.equal(flags["rule_id"], rule_id)), rules[rule_id]
        sides = {side: _side(of_rule, side, rule, rested, secret) for side in ("left", "right")}
        for place, row in enumerate(of_rule.select(["flag_key", "rule_version", "facts"]).to_pylist()):
            said = {"rule": row["rule_version"], "facts": json.loads(row["facts"])}
            said |= {side: fields[place] for side, fields in sides.items() if fields and not rule.grouped_by}
            if rule.grouped_by:
                said["members"] = members.get(row["flag_key"])
            found[row["flag_key"]] = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return [found[key] for key in flags["flag_key"].to_pylist()]


def changed(before: Basis, now: Basis) -> tuple[str, ...]:
    """What differs between two bases of a flag, sorted: "fact.<name>", "left.<field>", "right.<field>", "members".

    Only what both speak of is compared, and what is unknown or blank now counts as unchanged.
    """
    return tuple(sorted(_differences(before, now)))


def _differences(before: Basis, now: Basis) -> Iterator[str]:
    if before.get("rule") == now.get("rule"):
        yield from (f"fact.{name}" for name in _differing(before.get("facts"), now.get("facts")))
    for side in ("left", "right"):
        yield from (f"{side}.{name}" for name in _differing(before.get(side), now.get(side)))
    if "members" in before and now.get("members") not in (None, before["members"]):
        yield "members"


def _differing(before: Basis | None, now: Basis | None) -> list[str]:
    was, is_now = before or {}, now or {}
    return [
        name for name, value in was.items() if is_now.get(name) is not None and is_now[name] != value
    ]  # fmt: skip


def identity_of(basis: Basis) -> str | None:
    """Who and where both sides are, to find the flag again under other references; None where a name is blank."""
    sides = [basis[side] for side in ("left", "right") if side in basis]
    if not sides or any(side.get("name") is None for side in sides):
        return None
    return json.dumps([[side.get(name) for name in IDENTITY] for side in sides])


def references(records: pa.Table, ids: pa.Array) -> pa.Array:
    """partner:data_set:reference of records by id, "#2" after it for a second party; null where the id is."""
    row = records.select(["partner", "dataset", "source_ref", "party"]).take(ids)
    first = pc.equal(row["party"], 1)
    party = pc.if_else(first, "", pc.binary_join_element_wise("#", row["party"].cast(pa.string()), ""))
    plain = pc.binary_join_element_wise(row["partner"], row["dataset"], row["source_ref"], ":")
    joined = pc.binary_join_element_wise(plain, party, "")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _side(
    flags: pa.Table, side: str, rule: RuleText, rested: Rested, secret: bytes
) -> list[dict[str, str | None]]:
    """Per flag of one rule, field -> digest of one side; [] where the rule has no such side."""
    dataset = rule.left if side == "left" else rule.right
    if dataset is None:
        return []
    ids = flags[f"{side}_id"].combine_chunks()
    read = rule.rests_left if side == "left" else rule.rests_right
    columns = {name: _joined(rested.records, of, ids) for name, of in IDENTITY.items()}
    more = [*_OF_RELATION.get(rule.relation, ()), *read]
    for name in sorted(set(more) - _IN_IDENTITY):
        columns[name] = _column(rested, dataset, name, ids)
    digested = {name: _digests(name, values, secret) for name, values in columns.items()}
    return [dict(zip(digested, row, strict=True)) for row in zip(*digested.values(), strict=True)]


def _joined(records: pa.Table, columns: Sequence[str], ids: pa.Array) -> pa.Array:
    """Several columns as one text; null where all are."""
    texts = [_texts(records[name].take(ids)) for name in columns]
    known = pc.is_valid(pc.coalesce(*texts))
    whole = pc.binary_join_element_wise(*(pc.fill_null(text, "") for text in texts), _APART)
    return pc.if_else(known, whole, pa.scalar(None, pa.string()))


def _column(rested: Rested, dataset: str, name: str, ids: pa.Array) -> pa.Array:
    if name in RECORDS.names:
        return _texts(rested.records[name].take(ids))
    details = rested.details.get(dataset)
    if details is None or not details.num_rows:
        return pa.nulls(len(ids), pa.string())
    at = np.searchsorted(details["record_id"].to_numpy(), ids.to_numpy(zero_copy_only=False))
    return _texts(details[name].take(pa.array(at)))


def _texts(values: pa.ChunkedArray) -> pa.Array:
    return values.cast(pa.string()).combine_chunks()


def _digests(name: str, values: pa.Array, secret: bytes) -> list[str | None]:
    """A digest of each value; each distinct one is made once."""
    encoded = values.dictionary_encode()
    made = [_digest(secret, name, text) for text in encoded.dictionary.to_pylist()]
    digests: list[str | None] = pa.array(made, pa.string()).take(encoded.indices).to_pylist()
    return digests


def _digest(secret: bytes, name: str, text: str) -> str:
    said = f"{name}{_APART}{text}".encode()
    return hashlib.blake2b(said, key=secret, digest_size=_DIGEST_BYTES).hexdigest()


def _members(flags: pa.Table, rested: Rested, secret: bytes) -> dict[str, str]:
    """Flag of a group -> a digest of the references of its members."""
    mine = rested.members.filter(
        pc.is_in(rested.members["flag_key"], value_set=flags["flag_key"].combine_chunks())
    )
    told = references(rested.records, mine["record_id"].combine_chunks())
    of: dict[str, list[str]] = {}
    for key, reference in zip(mine["flag_key"].to_pylist(), told.to_pylist(), strict=True):
        of.setdefault(key, []).append(reference)
    return {key: _digest(secret, "members", _APART.join(sorted(named))) for key, named in of.items()}
