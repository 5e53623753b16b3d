"""What matching made of a person: groups, links, flags, cases, decisions. Other people stay unnamed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.ledger.chain import Keyed
from fraudmatch.linkage import load_model
from fraudmatch.place import Place
from fraudmatch.schemas import EVIDENCE, VALUE_CLASSES
from fraudmatch.store.access import exists, transaction
from fraudmatch.subject.records import Origin
from fraudmatch.subject.tables import NightOnDisk, one_of

_IDS = pa.uint32()
_GROUPS = {
    "person_id": "person",
    "property_id": "property",
    "organisation_id": "organisation",
    "account_id": "account",
}
_VIEWED = ("record.viewed", "subject.searched", "subject.exported")


@dataclass(frozen=True)
class Seen:
    """The records that may be named, and the one that are the person's and may not.

    Attributes:
        own: record id -> where it came from; these are named. kept_back: the person's records at partners
            that the answer is not for.
    """

    night: NightOnDisk
    own: Mapping[int, Origin]
    kept_back: frozenset[int]

    def who(self, record_id: int, place: Mapping[int, tuple[str, str]]) -> dict[str, str]:
        """A record in words: its reference if it is the person's, else partner and data set alone."""
        if record_id in self.own:
            return {"who": "this person", "record": self.own[record_id].reference}
        partner, dataset = place[record_id]
        who = "this person, held by another partner" if record_id in self.kept_back else "another person"
        return {"who": who, "partner": partner, "dataset": dataset}

    def places(self, ids: Collection[int]) -> dict[int, tuple[str, str]]:
        """Record id -> partner and data set, of records that are not the person's."""
        if not ids:
            return {}
        rows = self.night.rows("records", one_of("record_id", ids, _IDS), ("record_id", "partner", "dataset"))
        return {row["record_id"]: (row["partner"], row["dataset"]) for row in rows.to_pylist()}

    def touching(self, table: str) -> list[dict[str, Any]]:
        """Rows of a table of pairs that have a record of the person on either side."""
        ids = pa.array(sorted(self.own), _IDS)
        either = pc.field("left_id").isin(ids) | pc.field("right_id").isin(ids)
        rows: list[dict[str, Any]] = (
            self.night.rows(table, either).to_pylist() if self.night.has(table) else []
        )
        return rows


def groups_of(seen: Seen) -> list[dict[str, Any]]:
    """The groups the person's records are in, with how many records each partner has in them."""
    mine = seen.night.rows("groups", one_of("record_id", seen.own, _IDS)).to_pylist()
    told = []
    for column, relation in _GROUPS.items():
        for group in sorted({row[column] for row in mine} - {None}):
            inside = seen.night.rows("groups", pc.field(column) == group, ("record_id",))[
                "record_id"
            ].to_pylist()
            own = sorted(seen.own[one].reference for one in inside if one in seen.own)
            others = [one for one in inside if one not in seen.own]
            places = seen.places(others)
            counts = Counter((seen.who(one, places)["who"], *places[one]) for one in others)
            rest = [
                dict(zip(("who", "partner", "dataset", "records"), (*k, n), strict=True))
                for k, n in sorted(counts.items())
            ]
            told.append({"relation": relation, "records": own, "others": rest})
    return told


def links_of(seen: Seen) -> list[dict[str, Any]]:
    """Links of the person's records; what agreed is told only between records that are both the person's."""
    names = [
        name.removeprefix("tables/").removesuffix(".parquet") for name in seen.night.run.manifest["artefacts"]
    ]
    told = []
    for table in sorted(name for name in names if name.startswith("links_")):
        rows = seen.touching(table)
        places = seen.places({row[side] for row in rows for side in ("left_id", "right_id")} - set(seen.own))
        for row in rows:
            both = row["left_id"] in seen.own and row["right_id"] in seen.own
            levels = _level_names(row)
            told.append(
                {
                    "relation": row["relation"], "model": row["model"],
                    "match_weight": round(row["match_weight"], 3),
                    "match_probability": round(row["match_probability"], 6),
                    "sides": [seen.who(row["left_id"], places), seen.who(row["right_id"], places)],
                    "levels": levels if both else None,
                }
            )  # fmt: skip
    return told


def _level_names(link: Mapping[str, Any]) -> dict[str, str]:
    """Comparison -> the level that the pair reached, as the model names it; a number where the model is another one."""
    model = load_model(link["relation"])
    names = {one.name: [level.name for level in one.levels] for one in model.comparison}
    found = {key.removesuffix("_level"): value for key, value in link.items() if key.endswith("_level")}
    known = model.id == link["model"]
    return {
        name: names[name][level] if known and level < len(names.get(name, ())) else str(level)
        for name, level in found.items()
        if level is not None
    }


def flags_of(seen: Seen, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Flags, and what was held back or overruled, that rest on a record of the person, in the order of their tables.

    Args:
        titles: rule -> its title; rules that are gone are named by their id alone.
    """
    night, told = seen.night, []
    members = night.rows("members", one_of("record_id", seen.own, _IDS)).to_pylist()
    member_of = {row["flag_key"] for row in members}
    grouped = night.rows("flags", one_of("flag_key", member_of, pa.string())).to_pylist() if member_of else []
    tables = {name: seen.touching(name) for name in ("flags", "held", "overruled")}
    known = {row["flag_key"] for row in tables["flags"]}
    tables["flags"] += [row for row in grouped if row["flag_key"] not in known]
    for name, rows in tables.items():
        ids = {row[side] for row in rows for side in ("left_id", "right_id")} - {None} - set(seen.own)
        places = seen.places(ids)
        for row in rows:
            sides = [seen.who(row[side], places) for side in ("left_id", "right_id") if row[side] is not None]
            sides += [
                seen.who(one["record_id"], {})
                for one in members
                if one["flag_key"] == row["flag_key"] and one["record_id"] != row["left_id"]
            ]
            told.append(
                {"is": {"flags": "flag", "held": "held back"}.get(name, name), "flag_key": row["flag_key"],
                 "rule": row["rule_id"], "title": titles.get(row["rule_id"], ""), "sides": sides} | _more(row)
            )  # fmt: skip
    return told


def _more(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("rule_version", "fact", "effect", "risk_points", "priority", "identity_probability")
    told = {name: row[name] for name in plain if row.get(name) is not None}
    money = {
        kind: row[f"value_{kind}_pence"]
        for kind in VALUE_CLASSES
        if row.get(f"value_{kind}_pence") is not None
    }
    facts = {"facts": json.loads(row["facts"])} if "facts" in row else {}
    return told | ({"value_pence": money} if money else {}) | facts


def worked_on(night: NightOnDisk, flags: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Cases, evidence of flags and what became of decisions, of these flags.

    Evidence is told of flags whose records are all the person's: of others it would say what another person has.
    """
    keys = {row["flag_key"] for row in flags}
    own = {row["flag_key"] for row in flags if all(side["who"] == "this person" for side in row["sides"])}
    told: dict[str, list[dict[str, Any]]] = {"cases": [], "evidence": [], "attached": []}
    if not keys:
        return told
    inside = night.rows(
        "case_flags", one_of("flag_key", keys, pa.string()), ("case_key", "flag_key")
    ).to_pylist()
    flags_in = {
        row["case_key"]: sorted(r["flag_key"] for r in inside if r["case_key"] == row["case_key"])
        for row in inside
    }
    if flags_in:
        cases = night.rows("cases", one_of("case_key", flags_in, pa.string()), ("case_key", "rank", "owner"))
        told["cases"] = [row | {"flags": flags_in[row["case_key"]]} for row in cases.to_pylist()]
    if own:
        told["evidence"] = night.rows(
            "evidence", one_of("flag_key", own, pa.string()), EVIDENCE.names
        ).to_pylist()
    if night.has("attached"):
        rows = night.rows(
            "attached", one_of("flag_key", keys, pa.string()), ("flag_key", "state", "event", "changed")
        )
        told["attached"] = rows.to_pylist()
    return told


def decisions_of(store: Place, keys: Collection[str], references: Collection[str]) -> list[dict[str, Any]]:
    """Decisions about these flags, and any that name a record of the person; notes are told of, not printed."""
    columns = ("sequence", "recorded_at", "flag_key", "rule_id", "partner", "outcome", "reason", "decided_on", "decided_by", "note", "left_ref", "right_ref")  # fmt: skip
    if not exists(store):
        return []
    told = []
    with transaction(store) as connection:
        for values in connection.execute(
            f"SELECT {', '.join(columns)} FROM outcome_events ORDER BY sequence"
        ):
            row = dict(zip(columns, values, strict=True))
            left, right = row.pop("left_ref"), row.pop("right_ref")
            if row["flag_key"] not in keys and left not in references and right not in references:
                continue
            # A note may name anybody; an officer reads it before it is given away.
            row["note"] = "held, not printed: it may name others" if row["note"] else None
            told.append({name: value for name, value in row.items() if value is not None})
    return told


def acts_of(store: Place, keys: Collection[str]) -> list[dict[str, Any]]:
    """What was done about cases that had one of these flags; notes are told of, not printed, as those of decisions."""
    columns = ("sequence", "recorded_at", "case_key", "partner", "actor", "kind", "flags", "note")
    if not exists(store):
        return []
    told = []
    with transaction(store) as connection:
        for values in connection.execute(f"SELECT {', '.join(columns)} FROM case_events ORDER BY sequence"):
            row = dict(zip(columns, values, strict=True))
            if set(keys) & set(json.loads(row.pop("flags"))):
                row["note"] = "held, not printed: it may name others" if row["note"] else None
                told.append({name: value for name, value in row.items() if value is not None})
    return told


def entries_of(store: Place, keys: Collection[str], references: Collection[str]) -> list[dict[str, Any]]:
    """Entries of the ledger about these flags, and views of a record that was named by its reference."""
    if not exists(store):
        return []
    told = []
    with transaction(store) as connection:
        keyed = Keyed(connection)
        digests = {keyed.digest({"value": one}) for ref in references for one in (ref, f"{ref}#1")}
        rows = connection.execute(
            "SELECT seq, recorded_at, actor, partner, action, object, detail FROM ledger ORDER BY seq"
        )
        for seq, at, actor, partner, action, of, detail in rows:
            viewed = action in _VIEWED and digests & set(map(str, json.loads(detail).values()))
            if of in keys or viewed:
                entry = {"seq": seq, "recorded_at": at, "actor": actor, "partner": partner, "action": action}
                told.append({name: value for name, value in entry.items() if value is not None})
    return told
