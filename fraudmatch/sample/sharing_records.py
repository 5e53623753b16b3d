"""What the invented partners agreed to share: a sharing record beside their mappings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fraudmatch.sample.layouts import Extract
from fraudmatch.schemas import DATASETS

_HEAD = "# Invented, like everything here: what this partner agreed to share, one table for each data set.\n"
_GATEWAY = "Digital Economy Act 2017, section 56 (an example: the gateway is for your lawyers to name)"
_FORBIDDEN = ("*health notes*", "*medical*", "*religion*", "*ethnic*", "*card number*")
_IN_A_LINE = 7


def sharing_text(kinds: Iterable[Extract]) -> str:
    """The sharing.toml of one partner, for the extracts it delivers."""
    agreed: dict[str, set[str]] = {}
    for extract in kinds:
        agreed.setdefault(extract.dataset, set()).update(map(_field, extract.tokens))
    return _HEAD + "".join("\n" + _table(dataset, agreed[dataset]) for dataset in sorted(agreed))


def _field(token: str) -> str:
    """The field that a column of a layout fills, or helps to."""
    return {"dob": "date_of_birth", "address": "address"}.get(token.split("_")[0], token)


def _table(dataset: str, fields: set[str]) -> str:
    known = [field.name for field in DATASETS[dataset].fields if field.name in fields]
    lines = [
        f"[{dataset}]",
        f'purpose = "To find payments, discounts and reliefs that do not fit other records: {DATASETS[dataset].title}"',
        f'gateway = "{_GATEWAY}"',
        'notice_version = "2026-1"',
        'notice_declared_by = "Data protection officer"',
        "notice_declared_on = 2026-01-12",
        "fields = [",
        *_lines(known),
        "]",
        "retention_months = 24",
        "start = 2025-04-01",
        "review = 2027-01-31",
        "end = 2028-03-31",
        f"forbidden_columns = [{', '.join(map(_quoted, _FORBIDDEN))}]",
    ]
    return "\n".join(lines) + "\n"


def _lines(names: list[str]) -> Iterator[str]:
    for begin in range(0, len(names), _IN_A_LINE):
        yield "  " + ", ".join(map(_quoted, names[begin : begin + _IN_A_LINE])) + ","


def _quoted(text: str) -> str:
    return f'"{text}"'
