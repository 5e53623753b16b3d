"""Rules in plain English: what brings records together, sentences over facts, numbers with units."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from fraudmatch.report.words import dataset_title, fact_phrase, long_date, pounds
from fraudmatch.scoring.rulefile import Law, RuleFile

#: relation -> (what the two records must be, what says how sure that is).
_TOGETHER = {
    "person": ("are linked as one person", "The person model says how sure the link is."),
    "property": (
        "are linked to one property",
        "How sure the link is plays no part: somebody else is meant to live there.",
    ),
    "organisation": ("are linked as one organisation", "The organisation model says how sure the link is."),
    "account": ("hold the same bank account", "How sure the link is plays no part: the account is the same."),
    "payment": ("are linked by the payment model", "The payment model says how sure the link is."),
    "phone": ("have the same telephone number", "The number itself is never shown."),
    "email": ("have the same e-mail address", "The address itself is never shown."),
}
_SCOPE = {
    "any": "The two may come from one partner or from two.",
    "same_partner": "Both come from the same partner.",
    "cross_partner": "The two come from different partners.",
}
_SHARED = {"account": "bank account", "phone": "telephone number", "email": "e-mail address"}

TO_BE_VERIFIED = "to be verified"

_NAME = re.compile(r"'[^']*'|[a-z_][a-z0-9_]*")


def together(file: RuleFile) -> str:
    """Which records a rule brings together, and how."""
    pair, group = file.pair, getattr(file, "group", None)
    if group is not None:
        return _grouped(file, group)
    left = dataset_title(pair.left)
    if pair.right is None:
        return f"Each record of **{left}** is looked at alone."
    right = f"a record of **{dataset_title(pair.right)}**" if pair.right != pair.left else "another"
    what, sure = _TOGETHER.get(pair.relation, (f"share one {pair.relation}", ""))
    return f"A record of **{left}** and {right}, when they {what}. {_SCOPE[pair.scope]} {sure}".strip()


def _grouped(file: RuleFile, group: Any) -> str:
    """The same of a rule about groups."""
    shared = _SHARED.get(group.by, group.by)
    who = f"All records of **{dataset_title(group.of)}** that share one {shared}"
    if group.member:
        who += f", as far as each is this: {fact_phrase(group.member, file.reasons)}"
    one = "each partner by itself" if group.scope == "same_partner" else "all partners together"
    return f"{who}, {one}. There is one flag for the whole group."


def data_sets(file: RuleFile) -> str:
    """The data sets of a rule for a list: `council_tax – permit`, `payment – alone`."""
    if getattr(file, "group", None) is not None:
        return f"{file.pair.left} – grouped"
    return f"{file.pair.left} – {file.pair.right or 'alone'}"


def sentence(when: str, reasons: Mapping[str, str]) -> str:
    """The sentence over facts with each fact as its reason; words of logic in bold."""

    def word(found: re.Match[str]) -> str:
        name = found.group()
        if name in ("and", "or", "not"):
            return f"**{name}**"
        return f"“{reasons[name]}”" if name in reasons else name

    return _NAME.sub(word, " ".join(when.split()))


def law(one: Law) -> str:
    """A provision as a Markdown link, with a word where nobody has read it yet."""
    title = f"[{one.title}]({one.href})" if one.href else one.title
    return title if one.verified else f"{title} ({TO_BE_VERIFIED})"


def amount(value: object, unit: str) -> str:
    """A number with its unit: 25000 pence as "£250.00", a day as "1 April 2026"."""
    if isinstance(value, dt.date):
        return long_date(value)
    if unit == "pence" and isinstance(value, int):
        return pounds(value)
    number = f"{value:,}" if isinstance(value, (int, float)) else str(value)
    return f"{number} {unit}".strip()


def cell(name: str, value: object) -> str:
    """A drawn column for people: "discount annual £500.00", "survivor: yes"."""
    if isinstance(value, bool):
        return f"{_plain(name)}: {'yes' if value else 'no'}"
    if name.endswith("_pence") and isinstance(value, int):
        return f"{_plain(name.removesuffix('_pence'))} {pounds(value)}"
    if isinstance(value, dt.date):
        return f"{_plain(name)} {value.isoformat()}"
    return f"{_plain(name)} {value}"


_CAPITALS = {"nino": "NI number", "uprn": "UPRN", "vat_number": "VAT number", "source_ref": "reference"}


def _plain(name: str) -> str:
    return _CAPITALS.get(name, name.replace("_", " "))
