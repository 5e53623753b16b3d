"""The cells of a row as a decision; what is wrong with them, by column, never the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from fraudmatch.findings import (
    FLAG_KEY,
    MADE_FROM,
    MINUTES,
    NOTE,
    OUTCOME,
    POUNDS,
    REASON,
    made_from_parts,
    reason_words,
)
from fraudmatch.schemas import CLEARED, CLEARED_REASONS, OUTCOME_WORDS

_KEY = re.compile(r"^[0-9a-f]{32}$")
_MINUTES = re.compile(r"^(\d{1,6})(?:[.,]0*)?\s*(?:m|min|mins|minutes?)?\.?$", re.IGNORECASE)
_REASONS = {
    words.casefold(): reason
    for reason, said in CLEARED_REASONS.items()
    for words in (reason, reason_words(reason), said)
}


@dataclass(frozen=True)
class Told:
    """What a row says.

    Attributes:
        run_id: of the night the sheet was made in. event: the newest about the flag then; null = there was none.
        said: fields of a Decision that the officer wrote.
        wrong: (heading, what to write instead); with any, the rest is not to be used.
    """

    flag_key: str
    run_id: str
    event: int | None
    said: Mapping[str, Any] = field(default_factory=dict)
    wrong: tuple[tuple[str, str], ...] = ()


def told_of(cells: Mapping[str, str]) -> Told:
    """A row as it is meant, as people write: "£1,200.50", "20 min", "Cleared"."""
    wrong: list[tuple[str, str]] = []
    key = cells.get(FLAG_KEY, "").casefold()
    if not _KEY.match(key):
        wrong.append((FLAG_KEY, "it is not as it was; copy the row from the workbook again."))
    made = made_from_parts(cells.get(MADE_FROM, ""))
    if made is None:
        wrong.append((MADE_FROM, "it is not as it was; copy the row from the workbook again."))
    outcome = cells.get(OUTCOME, "").casefold()
    if outcome not in OUTCOME_WORDS:
        wrong.append(
            (OUTCOME, f"choose one of: {', '.join(OUTCOME_WORDS)}; or empty the other cells of the row.")
        )
    said: dict[str, Any] = {"outcome": outcome, "reason": _reason(cells.get(REASON, ""), outcome, wrong)}
    said["minutes"] = _minutes(cells.get(MINUTES, ""), wrong)
    said |= {
        f"value_{kind}_pence": _pence(heading, cells.get(heading, ""), wrong)
        for kind, heading in POUNDS.items()
    }
    said["note"] = cells.get(NOTE)
    run_id, event = made or ("", 0)
    return Told(key, run_id, event or None, said, tuple(wrong))


def _reason(text: str, outcome: str, wrong: list[tuple[str, str]]) -> str | None:
    reason = _REASONS.get(text.casefold())
    if text and reason is None:
        wrong.append((REASON, f"choose one of: {', '.join(map(reason_words, CLEARED_REASONS))}."))
    elif reason and outcome != CLEARED and outcome in OUTCOME_WORDS:
        wrong.append((REASON, "only a cleared flag has one; say the rest in the note."))
    elif outcome == CLEARED and not text:
        wrong.append((REASON, "say why nothing is wrong; choose from the list."))
    return reason


def _minutes(text: str, wrong: list[tuple[str, str]]) -> int | None:
    found = _MINUTES.match(text)
    if text and not found:
        wrong.append((MINUTES, "write whole minutes, such as 25."))
    return int(found[1]) if found else None


def _pence(heading: str, text: str, wrong: list[tuple[str, str]]) -> int | None:
    if not text:
        return None
    try:
        pence = Decimal(re.sub(r"[£,\s]", "", text)) * 100
        # A spreadsheet keeps 0.1 + 0.2 as 0.30000000000000004; nobody writes a ten-thousandth of a penny.
        whole = pence.quantize(Decimal(1)) if pence.is_finite() else Decimal(-1)
        if abs(pence - whole) < Decimal("0.0001") and 0 <= whole < Decimal(10) ** 15:
            return int(whole)
    except InvalidOperation:
        pass
    wrong.append((heading, "write pounds with at most two decimals, not below 0."))
    return None
