"""Partner layouts: tables in `layout_tables/*.toml` made into the columns of every extract.

A layout is data. `columns.toml` says what an extract of a data set holds; a partner's file says
how that partner writes it: headings, codes, name, address and date styles, format, encoding.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from fraudmatch.sample.places import PARTNERS
from fraudmatch.schemas import DATASETS

#: Short words for data sets in file names and references.
SHORT = {
    "council_tax": "CTAX", "electoral_register": "ELECT", "housing_tenancy": "TENANCY", "waiting_list": "WAITLIST",
    "right_to_buy": "RTB", "council_tax_reduction": "CTR", "payroll": "PAYROLL", "pension": "PENSION",
    "creditor": "CREDITORS", "payment": "PAYMENTS", "business_rates": "NNDR", "blue_badge": "BADGES",
    "permit": "PERMITS", "licence": "LICENCES", "care_payment": "CARE", "deaths": "DEATHS",
    "company_officer": "OFFICERS", "charity_register": "CHARITIES", "grant": "GRANTS",
}  # fmt: skip
_PREFIX = {
    "council_tax": "4", "electoral_register": "E", "housing_tenancy": "H", "waiting_list": "W", "right_to_buy": "R",
    "council_tax_reduction": "B", "payroll": "P", "pension": "N", "creditor": "S", "payment": "V",
    "business_rates": "5", "blue_badge": "D", "permit": "M", "licence": "L", "care_payment": "C", "deaths": "X",
    "company_officer": "O", "charity_register": "Y", "grant": "G",
}  # fmt: skip
_NAME = {
    "split": ("title", "forename", "middle_name", "surname"),
    "forenames": ("title", "forename", "surname"),
    "joint": ("full_name",),
    "surname_first": ("full_name",),
}
_ADDRESSES = {1: ("address",), 3: ("address_1", "address_2", "address_3"),
              4: ("address_1", "address_2", "address_3", "address_4")}  # fmt: skip


@dataclass(frozen=True)
class Extract:
    """One kind of file of one partner.

    Attributes:
        key: name of the mapping file.
        partner / dataset: who delivers it and what it holds.
        tokens: the columns in order: field names, `address_1` … and `dob_day` …
        headings: token -> heading.
        codes: field -> our code -> the partner's.
        councils: partner id -> value of the council column, where rows of several are in it.
        ignored: headings of columns nobody wants -> what stands in them.
    """

    key: str
    partner: str
    dataset: str
    style: dict[str, Any]
    file: dict[str, Any]
    tokens: tuple[str, ...]
    headings: dict[str, str]
    codes: dict[str, dict[str, str]]
    councils: dict[str, str] = field(default_factory=dict)
    council_heading: str = ""
    ignored: dict[str, str] = field(default_factory=dict)

    @property
    def owners(self) -> tuple[str, ...]:
        """The partners whose rows are in the file."""
        return tuple(self.councils) or (self.partner,)

    def reference(self, number: int) -> str:
        """The partner's own reference of its row `number`."""
        return str(self.style["reference"].format(n=number, prefix=_PREFIX[self.dataset]))


@cache
def _read(name: str) -> dict[str, Any]:
    text = (resources.files("fraudmatch.sample") / "layout_tables" / f"{name}.toml").read_text(
        encoding="utf-8"
    )
    return tomllib.loads(text)


def held(item: str, dataset: str) -> float:
    """How often a register of that data set holds an item."""
    return float(_read("columns")["held"].get(item, {}).get(dataset, 1.0))


def extracts() -> list[Extract]:
    """All extracts of all partners, in a fixed order."""
    return [
        _extract(partner, key, given)
        for partner in PARTNERS
        for key, given in _read(partner)["extracts"].items()
    ]


def _extract(partner: str, key: str, given: dict[str, Any]) -> Extract:
    layout = _read(partner)
    style, dataset = layout["style"], str(given.get("dataset", key))
    tokens = _tokens(dataset, style, str(given.get("extra", "")))
    councils = {owner: code for code, owner in given.get("councils", {}).items()}
    headings = {
        token: layout["headings"].get(token) or _heading(token, style["headings"]) for token in tokens
    }
    return Extract(
        key, partner, dataset, style, _file(layout["file"], dataset, given), tokens, headings,
        {f: _code_list(f, dataset, style["codes"], layout) for f in tokens if _coded(dataset, f)},
        councils, given.get("council_heading", ""), dict(style["ignored"]),
    )  # fmt: skip


def _file(common: dict[str, Any], dataset: str, given: dict[str, Any]) -> dict[str, Any]:
    """How the file is written: format, encoding, delimiter, skipped lines, name, compression."""
    name = str(given.get("name") or common["name"].format(dataset=SHORT[dataset]))
    if dataset in common["gzip"] and not name.endswith(".gz"):
        name += ".gz"
    return {**common, **{k: given[k] for k in ("format", "skip") if k in given}, "name": name}


def _tokens(dataset: str, style: dict[str, Any], extra: str) -> tuple[str, ...]:
    groups = {
        "NAME": _NAME[style["names"]],
        "SECOND": _second(dataset, style),
        "DOB": ("dob_day", "dob_month", "dob_year") if style["births"] == "three" else ("date_of_birth",),
        "ADDRESS": _ADDRESSES[style["address"]],
    }
    listed = f"{_read('columns')['columns'][dataset]} {extra}".split()
    found = [token for word in listed for token in groups.get(word, (word,))]
    return tuple(dict.fromkeys(found))


def _second(dataset: str, style: dict[str, Any]) -> tuple[str, ...]:
    """Columns of the second liable person; joint names stand in the first one's field."""
    if not style["second"] or style["names"] == "joint":
        return ()
    names = tuple(f"second_{token}" for token in _NAME[style["names"]])
    return (*names, "second_nino") if dataset == "council_tax_reduction" else (*names, "second_date_of_birth")


def _heading(token: str, style: str) -> str:
    words = token.removesuffix("_pence").removesuffix("_hundredths").split("_")
    if style == "title":
        return " ".join(word.capitalize() for word in words)
    if style == "compact":
        return "".join(word.capitalize() for word in words)
    joined = ("_" if style == "snake" else " ").join(words)
    return joined if style == "lower" else joined.upper()


def _coded(dataset: str, name: str) -> bool:
    found = DATASETS[dataset].field(name)
    return found is not None and found.kind == "code"


def _code_list(name: str, dataset: str, style: str, layout: dict[str, Any]) -> dict[str, str]:
    """The partner's spelling of each of our codes."""
    found = DATASETS[dataset].field(name)
    own = layout.get("codes", {}).get(name, {})
    ours = found.codes if found else ()
    if name == "band":
        return {band: band for band in ours}
    return {code: own.get(code, spelt) for code, spelt in zip(ours, _spell(ours, style), strict=True)}


def _spell(codes: tuple[str, ...], style: str) -> list[str]:
    if style == "number":
        return [f"{place:02d}" for place in range(1, len(codes) + 1)]
    if style == "words":
        return [code.replace("_", " ").capitalize() for code in codes]
    short = [
        "".join(word[:2] for word in code.upper().split("_")) if "_" in code else code.upper()[:4]
        for code in codes
    ]
    repeated = {text for text in short if short.count(text) > 1}
    return [f"{text}{place}" if text in repeated else text for place, text in enumerate(short)]
