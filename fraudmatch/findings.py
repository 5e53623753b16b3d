"""What officers write into a partner's workbook, and send back: the columns, and how a cell is read.

The report makes these columns and `handed_in` takes them back; they meet here.
"""

from __future__ import annotations

#: Headings of the cells to fill in, in their order; the first is a word of OUTCOME_WORDS, the second one of REASON_WORDS.
OUTCOME, REASON, MINUTES, NOTE = "Outcome", "Cleared because", "Minutes spent", "Note"
POUNDS = {
    "actual": "Found: actual (£)", "estimate": "Found: estimate (£)", "notional": "Found: notional (£)",
    "prevented": "Found: prevented (£)",
}  # fmt: skip
ANSWERS = (OUTCOME, REASON, MINUTES, *POUNDS.values(), NOTE)

#: Headings of what says which flag a row is about, and what was known of it.
FLAG_KEY, MADE_FROM = "Flag key", "Made from (leave as it is)"

#: Stands in place of an outcome where another partner decides.
NOT_YOURS = "–"


def made_from(run_id: str, event: int) -> str:
    """The night a sheet was made in, and the newest event about the flag then; 0 = nobody had decided it."""
    return f"{run_id}:{event}"


def made_from_parts(text: str) -> tuple[str, int] | None:
    """The run and the event of `made_from`; None where the text is another one."""
    run_id, _, event = text.strip().rpartition(":")
    return (
        (run_id, int(event)) if run_id and event.isascii() and event.isdigit() and len(event) < 16 else None
    )


def reason_words(reason: str) -> str:
    """A key of CLEARED_REASONS as it stands in the drop-down."""
    return reason.replace("_", " ")
