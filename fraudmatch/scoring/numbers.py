"""The dated numbers a rule goes by, as they are in force on a day, in words for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fraudmatch.schemas import NumberText
from fraudmatch.scoring.rulefile import DatedNumber, InForce

if TYPE_CHECKING:
    from fraudmatch.scoring.rules import Rule


def amount_in_words(value: int | float | str | dt.date, unit: str) -> str:
    """A number with its unit: 65000 pence as "£650.00", a day as "2026-04-01", 14 days as "14 days"."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if unit == "pence" and isinstance(value, int):
        return f"£{value // 100:,}.{value % 100:02d}"
    return f"{value:,} {unit}" if isinstance(value, (int, float)) else f"{value} {unit}"


def number_text(scope: str, name: str, number: DatedNumber, day: dt.date) -> NumberText | None:
    """A parameter (scope "param") or value (scope "value") as in force on `day`; None before its first day."""
    entry = number.on(day)
    return None if entry is None else _text(scope, name, number, entry)


def _text(scope: str, name: str, number: DatedNumber, entry: InForce) -> NumberText:
    # What this library chose has no source that could be read.
    standing = "choice" if number.basis == "design" else "verified" if entry.verified else "unverified"
    return NumberText(
        scope=scope, name=name, label=number.label, amount=amount_in_words(entry.value, number.unit),
        basis=number.basis, starts=entry.starts, source=entry.source, href=entry.href, standing=standing,
    )  # fmt: skip


def numbers_of(
    rule: Rule, parameters: Mapping[str, DatedNumber], values: Mapping[str, DatedNumber], day: dt.date
) -> tuple[NumberText, ...]:
    """Every parameter and value the rule speaks of, parameters first, by name; without those not yet in force."""
    nodes = (rule.when, *rule.facts.values(), *rule.values.values())
    used = {column for node in nodes for column in node.columns if column[0] in ("param", "value")}
    tables = {"param": parameters, "value": values}
    found = (number_text(scope, name, tables[scope][name], day) for scope, name in sorted(used))
    return tuple(number for number in found if number is not None)


def listed_numbers(
    parameters: Mapping[str, DatedNumber], values: Mapping[str, DatedNumber], day: dt.date | None = None
) -> list[NumberText]:
    """All parameters and then all values by name: as in force on `day`, or every entry, oldest first."""
    found = []
    for scope, table in (("param", parameters), ("value", values)):
        for name, number in sorted(table.items()):
            entries = sorted(number.in_force, key=lambda entry: entry.starts)
            chosen = entries if day is None else [entry for entry in [number.on(day)] if entry]
            found += [_text(scope, name, number, entry) for entry in chosen]
    return found
