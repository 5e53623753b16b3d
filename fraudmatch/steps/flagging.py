"""score: rules over linked records, local overrides, and what models saw in the flagged pairs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import StageInput, StageOutput
from fraudmatch.restricted import Apart, FlagTables, Listed, apart, ids_of, resting_on
from fraudmatch.schemas import EVIDENCE, Override, conform, empty
from fraudmatch.scoring import Library, LookedAt, Scored, overrule, score
from fraudmatch.stages import Prepared

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight, Scorer

#: Relation -> the comparison that evidence of it shows, where no model weighs what is shared.
_SHARED = {"account": "bank", "phone": "phone", "email": "email"}


@dataclass(frozen=True)
class Flagged:
    """Flags as the overrides leave them.

    Attributes:
        scored: with those flags and their members. overruled: OVERRULED. evidence: EVIDENCE. None of them rests on
            a restricted record.
        apart: what does.
    """

    scored: Scored
    overruled: pa.Table
    evidence: pa.Table
    apart: Apart = field(default_factory=Apart.none)


def make(
    prepared: Prepared, linked: LinkedNight, library: Library, overrides: tuple[Override, ...], listed: Listed,
    day: dt.date, out: StageOutput,
) -> Flagged:  # fmt: skip
    """Apply the rules, and write what came of it: what rests on a restricted record into tables of its own."""
    scored = score(
        prepared.records, prepared.details, linked.groups, library, linked.scorers,
        as_at=day, payment_links=linked.links["payment"],
    )  # fmt: skip
    flags, overruled = overrule(scored.flags, overrides, library)
    members = scored.members.filter(
        pc.is_in(scored.members["flag_key"], value_set=flags["flag_key"].combine_chunks())
    )
    whole = FlagTables(flags, scored.held, members, evidence_of(flags, linked.scorers), overruled)
    tables, restricted = _parted(whole, prepared, linked.groups, listed)
    for name, table in tables.named().items():
        out.table(name, table)
    if restricted.of.num_rows:
        out.table("restricted", restricted.of, private=True)
        for name, table in restricted.tables.named().items():
            out.table(f"restricted_{name}", table, private=True)
    out.told["looked_at"] = {rule_id: asdict(seen) for rule_id, seen in scored.looked_at.items()}
    out.told["restricted"] = _told(listed, restricted, prepared)
    scored = replace(scored, flags=tables.flags, held=tables.held, members=tables.members)
    return Flagged(scored, tables.overruled, tables.evidence, restricted)


def _parted(
    whole: FlagTables, prepared: Prepared, groups: pa.Table, listed: Listed
) -> tuple[FlagTables, Apart]:
    if not listed:
        return whole, Apart.none()
    of = resting_on(whole, prepared.records, ids_of(listed, prepared.records, groups))
    ordinary, restricted = apart(whole, of["flag_key"].combine_chunks())
    return ordinary, Apart(of, restricted)


def _told(listed: Listed, restricted: Apart, prepared: Prepared) -> dict[str, int]:
    """What the manifest says of restricted records: counts."""
    nobody = restricted.of.filter(pc.is_null(restricted.of["partner"]))["flag_key"].combine_chunks()
    return {
        "listed": len(listed.entries),
        "without_record": len(listed.lacking(prepared.records)) if listed else 0,
        "flags": restricted.tables.flags.num_rows,
        "for_nobody": apart(restricted.tables, nobody)[1].flags.num_rows,
    }


def read(kept: StageInput) -> Flagged:
    """The same from what was written; of what models saw only EVIDENCE."""
    looked_at = {rule_id: LookedAt(**seen) for rule_id, seen in kept.told["looked_at"].items()}
    scored = Scored(kept.table("flags"), kept.table("held"), looked_at, {}, kept.table("members"))
    return Flagged(scored, kept.table("overruled"), kept.table("evidence"), apart_of(kept.names, kept.table))


def apart_of(names: Collection[str], table: Callable[[str], pa.Table]) -> Apart:
    """What of a night rests on a restricted record; nothing where it has no such tables.

    Args:
        names: of its tables. table: name -> table.
    """
    if "restricted" not in names:
        return Apart.none()
    of = (table(f"restricted_{name}") for name in FlagTables.none().named())
    return Apart(table("restricted"), FlagTables(*of))


def evidence_of(flags: pa.Table, scorers: Mapping[str, Scorer]) -> pa.Table:
    """EVIDENCE of every flag that pairs two records: the person model's view and, where the
    rule rests on another model, on a bank account or on a contact, that one's.
    """
    pairs = flags.filter(pc.is_valid(flags["right_id"]))
    parts = [empty(EVIDENCE)]
    for model, relations in (
        ("person", ("person", "property", *_SHARED)),
        ("organisation", ("organisation", *_SHARED)),
        ("payment", ("payment",)),
    ):
        wanted = pairs.filter(pc.is_in(pairs["relation"], pa.array(relations)))
        if wanted.num_rows:
            left, right = wanted["left_id"].to_numpy(), wanted["right_id"].to_numpy()
            parts.append(scorers[model].evidence(wanted["flag_key"].to_pylist(), left, right))
    for relation in _SHARED:
        parts.append(_shared_evidence(relation, pairs.filter(pc.equal(pairs["relation"], relation))))
    table = pa.concat_tables(parts).sort_by([(k, "ascending") for k in ("flag_key", "model", "position")])
    return conform(table, EVIDENCE, what="EVIDENCE")


def _shared_evidence(relation: str, flags: pa.Table) -> pa.Table:
    """That both records have the same bank account, telephone number or e-mail address; not which."""
    said = {
        "model": relation,
        "position": 0,
        "comparison": _SHARED[relation],
        "level": "same",
        "agreement": "agrees",
    }
    rows = {name: [value] * len(flags) for name, value in said.items()}
    columns = rows | {"flag_key": flags["flag_key"].combine_chunks(), "weight": [0.0] * len(flags)}
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in EVIDENCE}, schema=EVIDENCE)
