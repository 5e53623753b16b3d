"""What reports say of the ledger and of changed rules, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from fraudmatch.report.words import long_date

#: Changes that a page names one by one.
SHOWN = 10

WITNESS = "Keep it: with it your council can show that nothing entered in the ledger before this run was changed since."


def witness(head: str) -> str:
    """What a report says beside the head it prints; of the first night of a ledger there is nothing to keep."""
    return "The ledger begins with this run." if head.startswith("0:") else WITNESS


def changed_rules(changes: Sequence[Mapping[str, Any]], partner_id: str | None = None) -> list[str]:
    """Rules, overrides and models that differ from the night before, a line each, the first of them.

    Args:
        partner_id: whose page it is; overrides for other partners are none of its business. None = the hub.
    """
    mine = [
        each
        for each in changes
        if each["kind"] in ("rule", "override", "model")
        and (partner_id is None or each["partner"] in (None, "all", partner_id))
    ]
    lines = [_line(each) for each in mine[:SHOWN]]
    return lines + ([f"and {len(mine) - SHOWN:,} more"] if len(mine) > SHOWN else [])


def _line(change: Mapping[str, Any]) -> str:
    what = "is new" if change["before"] is None else "is gone" if change["after"] is None else "was changed"
    name = change["name"].rpartition(" ")[0] if change["kind"] == "override" else change["name"]
    who = f", by {change['by']}" if change.get("by") else ""
    when = f" on {long_date(dt.date.fromisoformat(change['on']))}" if change.get("on") else ""
    return f"{name} {what}{who}{when}"
