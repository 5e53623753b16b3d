"""Small tables of flags, groups and outcomes for the tests of casework."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.casework import Terms, terms_of
from fraudmatch.schemas import Review, RuleText
from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped

TERMS: Terms = terms_of(load_library([shipped("rules")]).constants(dt.date(2026, 4, 1)))


def rule(
    rule_id: str, relation: str = "property", right: str | None = "electoral_register", **review: object
) -> RuleText:
    return RuleText(
        id=rule_id, version=1, title=f"Title of {rule_id}", status="live", owner="desk", service="council tax",
        description="Something.", legal_basis=(), innocent_explanations=("Another reason.",), next_step="Ask.",
        relation=relation, left="council_tax", right=right, reasons={}, show_left=(), show_right=(),
        review=Review(**review),  # type: ignore[arg-type]
    )  # fmt: skip


def key_of(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()[:32]


def flag(rule_text: RuleText, left: int, right: int | None = None, **fields: object) -> dict[str, object]:
    return {
        "flag_key": key_of((rule_text.id, left, right)), "rule_id": rule_text.id, "rule_version": 1,
        "relation": rule_text.relation, "left_id": left, "right_id": right, "left_partner": "ashby",
        "right_partner": None if right is None else "ashby", "risk_points": 60, "priority": 60, "facts": "{}",
        **fields,
    }  # fmt: skip


def table(schema: pa.Schema, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    rows = list(rows)
    return pa.table([pa.array([row.get(f.name) for row in rows], f.type) for f in schema], schema=schema)


def flags_table(*rows: Mapping[str, object]) -> pa.Table:
    return table(schemas.FLAGS, rows)


def groups_table(size: int, **columns: Mapping[int, int]) -> pa.Table:
    """GROUPS of `size` records: column -> record -> group; null elsewhere."""
    return table(
        schemas.GROUPS,
        ({"record_id": n} | {name: of.get(n) for name, of in columns.items()} for n in range(size)),
    )


def outcome(rule_id: str, partner: str, said: str, name: object) -> dict[str, object]:
    return {
        "flag_key": key_of(name), "rule_id": rule_id, "partner": partner, "outcome": said,
        "decided_on": dt.date(2026, 3, 1),
    }  # fmt: skip


def outcomes_of(*counts: tuple[str, str, int, int]) -> pa.Table:
    """OUTCOMES from (rule, partner, real, cleared)."""
    rows = [
        outcome(rule_id, partner, "confirmed" if n < real else "cleared", (rule_id, partner, n))
        for rule_id, partner, real, cleared in counts
        for n in range(real + cleared)
    ]
    return table(schemas.OUTCOMES, rows)
