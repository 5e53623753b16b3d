"""The cells of a partner's workbook that officers fill in and send back: `fraudmatch outcomes import` takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fraudmatch.findings import MINUTES, NOT_YOURS, NOTE, OUTCOME, POUNDS, REASON, reason_words
from fraudmatch.report.disclosure import Column
from fraudmatch.report.sheet import Sheet
from fraudmatch.schemas import CLEARED_REASONS, OUTCOME_WORDS

HOW_TO_ANSWER = (
    "Choose an outcome for the flags you have looked into, in the blue columns at the right (confirmed: real, meant or not "
    "known to be a mistake; error: real, an honest mistake; cleared: nothing is wrong; unresolved: looked at, not settled), and send "
    "the workbook back. Rows without an outcome are left alone."
)

_ANSWERS = (
    Column("answer_outcome", OUTCOME, "text", "answer"),
    Column("answer_reason", REASON, "text", "answer"),
    Column("answer_minutes", MINUTES, "integer", "answer"),
    *(Column(f"answer_{kind}", heading, "pence", "answer") for kind, heading in POUNDS.items()),
    Column("answer_note", NOTE, "text", "answer"),
)
_MOST_MINUTES, _MOST_POUNDS = 100_000, 10**13


def with_answers(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of a sheet with those to fill in before the last ones, by which a row is traced."""
    trace = tuple(column for column in columns if column.block == "trace")
    return (*(column for column in columns if column.block != "trace"), *_ANSWERS, *trace)


def before_answers(column: Column, made_from: Sequence[str | None]) -> list[str | None]:
    """What stands in a column to fill in: nothing, and a dash for an outcome that is not the partner's to say."""
    if column.key != "answer_outcome":
        return [None] * len(made_from)
    return [NOT_YOURS if told is None else None for told in made_from]


def ask(sheet: Sheet, places: Mapping[str, int], first: int, last: int) -> None:
    """Drop-downs and limits on the columns to fill in; nothing on a sheet without them.

    Args:
        places: key of a column -> its place. first / last: rows of the table, from 0.
    """
    if "answer_outcome" not in places or last < first:
        return
    for key, rule in _rules().items():
        column = places[key]
        sheet.worksheet.data_validation(first, column, last, column, {"ignore_blank": True, **rule})
    sheet.as_text(places["answer_note"])


def _rules() -> dict[str, dict[str, Any]]:
    chosen = {"validate": "list", "error_title": "Choose from the list"}
    told = {"error_message": "Choose one of the list, or leave the cell empty."}
    pounds = {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": _MOST_POUNDS,
        "error_title": "Pounds", "error_message": "Write an amount in pounds, not below 0.",
    }  # fmt: skip
    return {
        "answer_outcome": {**chosen, **told, "source": list(OUTCOME_WORDS)},
        "answer_reason": {**chosen, **told, "source": [reason_words(reason) for reason in CLEARED_REASONS]},
        "answer_minutes": {
            "validate": "integer", "criteria": "between", "minimum": 0, "maximum": _MOST_MINUTES,
            "error_title": "Minutes", "error_message": "Write whole minutes.",
        },
        **{f"answer_{kind}": pounds for kind in POUNDS},
    }  # fmt: skip
