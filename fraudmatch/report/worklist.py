"""The cases as lists to work from: per partner those whose loss it bears, and all of them for the hub.

What a partner may see of a case is what its exceptions show it: of the flags of the case, those it is
a party of, and money of its own records. Chance and priority are of the whole case, so they may rest on
evidence it does not see; of that evidence nothing is told. The hub's list holds no names and no references.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.clean import clean
from fraudmatch.report.csvs import csv_parts, write_csv
from fraudmatch.report.disclosure import Column, flags_of
from fraudmatch.report.groups import GroupMembers
from fraudmatch.report.inputs import ReportInput, Worklist
from fraudmatch.report.sheet import Sheet, add_formats
from fraudmatch.report.words import NOT_A_FINDING, counted, dataset_title
from fraudmatch.schemas import VALUE_CLASSES
from fraudmatch.site import Partner

#: Said above every list.
ORDER_OF_CASES = (
    "Best first: chance that it is real times money at stake, for each minute of an officer. The chance is "
    "that the records are one person, property or firm (identity), times that something is wrong if they are (risk)."
)

_WIDTHS = {"integer": 9, "date": 12, "hundredths": 11, "pence": 13}


@dataclass(frozen=True)
class CaseList:
    """Cases as one reader may see them: one row of `table` per case, one column per entry of `columns`."""

    columns: tuple[Column, ...]
    table: pa.Table

    def rows(self, most: int) -> list[dict[str, Any]]:
        """The first cases, by column key."""
        found: list[dict[str, Any]] = self.table.slice(0, most).to_pylist()
        return found

    def only(self, places: Sequence[int]) -> CaseList:
        """The cases at these places, in this order; ranks stay as they are."""
        return CaseList(self.columns, self.table.take(pa.array(places, pa.int64())))

    @property
    def flags(self) -> int:
        """Flags in all the cases, as the reader may see them."""
        return int(pc.sum(self.table["flags"]).as_py() or 0)


class CaseLists:
    """The lists of a night, each made once: pages show the beginning of what the worklists hold.

    Args:
        night: checked. worklist: its cases, or those of a plan.
    """

    def __init__(self, night: ReportInput, worklist: Worklist) -> None:
        self._night, self._cases = night, worklist.cases
        self._flags = _by_case(worklist.case_flags)
        self._members = GroupMembers(night)
        self._made: dict[str, CaseList] = {}  # partner id, "" for the hub

    def of_hub(self) -> CaseList:
        """Every case: owner, rules, counts, chances and money; nothing of the records."""
        if "" not in self._made:
            self._made[""] = self._of_hub()
        return self._made[""]

    def of_partner(self, partner: Partner) -> CaseList:
        """The cases that the partner owns, from flags it is a party of and from nothing else."""
        if partner.id not in self._made:
            self._made[partner.id] = self._of_partner(partner)
        return self._made[partner.id]

    def _of_hub(self) -> CaseList:
        names, cases = self._night.partner_names(), self._cases
        made = {
            "owner": [names.get(owner, owner) for owner in cases["owner"].to_pylist()],
            "rules": [_rules(self._flags[key]) for key in cases["case_key"].to_pylist()],
            "flags": cases["flags"],
            "partners": cases["partners"],
            **{f"value_{kind}_pence": cases[f"value_{kind}_pence"] for kind in VALUE_CLASSES},
            **{f"expected_{kind}_pence": cases[f"expected_{kind}_pence"] for kind in VALUE_CLASSES},
        }
        columns = (
            *_FRONT[:2],
            *_HUB_ONLY,
            *_FRONT[2:],
            *_money("value", ""),
            *_money("expected", "Expected "),
        )
        return _list(columns, cases, made)

    def _of_partner(self, partner: Partner) -> CaseList:
        night, cases = self._night, self._cases.filter(pc.equal(self._cases["owner"], partner.id))
        seen = flags_of(partner.id, night.flags, self._members).select(_OF_FLAGS)
        own = {row["flag_key"]: row for row in seen.to_pylist()}
        keys = cases["case_key"].to_pylist()
        inside = {key: [row for row in self._flags[key] if row["flag_key"] in own] for key in keys}
        leading = pa.array(
            [self._own_record(partner.id, own[key]) for key in cases["leading_flag_key"].to_pylist()],
            pa.int64(),
        )
        steps = [night.rules[rule_id].next_step for rule_id in cases["leading_rule_id"].to_pylist()]
        money = [_own_money(partner.id, [own[row["flag_key"]] for row in inside[key]]) for key in keys]
        made: dict[str, Any] = {
            # The rank among all partners' cases would tell how many others have, and means nothing here.
            "rank": pa.array(range(1, len(cases) + 1), pa.int64()),
            "own_dataset": [
                dataset_title(name) for name in night.records["dataset"].take(leading).to_pylist()
            ],
            "own_reference": night.records["source_ref"].take(leading),
            "rules": [_rules(inside[key]) for key in keys],
            "flags": pa.array([len(inside[key]) for key in keys], pa.int64()),
            "next_step": steps,
            **{f"value_{kind}_pence": [row[kind] for row in money] for kind in VALUE_CLASSES},
        }
        columns = (*_FRONT[:2], *_PARTNER_ONLY, *_FRONT[2:], *_money("value", ""), _STEP)
        return _list(columns, cases, made)

    @staticmethod
    def _own_record(partner_id: str, flag: Mapping[str, Any]) -> int:
        """The partner's record of a flag as it sees it, the left one where both are its own.

        Of a case of a restricted record the owner can be on the right.
        """
        sides = ((flag[f"{side}_partner"], flag[f"{side}_id"]) for side in ("left", "right"))
        return next(int(record) for partner, record in sides if partner == partner_id)


def write_worklists(
    folder: Path, night: ReportInput, lists: CaseLists, owner: str | None = None
) -> list[Path]:
    """`worklist.csv` and `worklist.xlsx` of the hub and in the folder of every partner, or of one partner.

    Raises:
        ConservationError, RunError: a file does not hold every case.
    """
    written = []
    for partner in night.partners:
        if owner in (None, partner.id):
            title = f"Cases of {partner.name}"
            written += write_list(folder / partner.id, title, night, lists.of_partner(partner))
    if owner is None:
        written += write_list(folder, f"Cases of {night.site_name}", night, lists.of_hub())
    return sorted(written)


def write_list(folder: Path, title: str, night: ReportInput, cases: CaseList) -> list[Path]:
    """The two files of one list; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "worklist.csv", folder / "worklist.xlsx"]
    write_csv(paths[0], cases.columns, cases.table)
    _write_book(paths[1], title, night, cases)
    return paths


def list_as_csv(cases: CaseList) -> bytes:
    """What `worklist.csv` would hold."""
    return b"".join(csv_parts(cases.columns, cases.table))


def list_as_workbook(cases: CaseList, title: str, night: ReportInput) -> bytes:
    """What `worklist.xlsx` would hold, made without a file."""
    made = io.BytesIO()
    _write_book(made, title, night, cases)
    return made.getvalue()


def table_as_workbook(
    columns: Sequence[Column], table: pa.Table, title: str, about: str, night: ReportInput
) -> bytes:
    """A workbook of one sheet with any table, made without a file.

    Args:
        columns: those of the table, in its order. about: what is said above it.
    """
    made = io.BytesIO()
    _write_table(made, title, about, night, columns, table)
    return made.getvalue()


_FRONT = (
    Column("rank", "Rank", "integer", "flag"),
    Column("case_key", "Case", "text", "flag"),
    Column("rules", "Rules", "text", "flag"),
    Column("flags", "Flags", "integer", "flag"),
    Column("minutes", "Minutes", "integer", "flag"),
    Column("chance_hundredths", "Chance real (%)", "hundredths", "evidence"),
    Column("identity_hundredths", "Identity (%)", "hundredths", "evidence"),
    Column("risk_hundredths", "Risk (%)", "hundredths", "evidence"),
)
_HUB_ONLY = (
    Column("owner", "Bears the loss", "text", "own"),
    Column("partners", "Partners", "integer", "own"),
)
_PARTNER_ONLY = (
    Column("own_dataset", "Your data set", "text", "own"),
    Column("own_reference", "Your reference", "text", "own"),
)
# What `_of_partner` asks of FLAGS.
_OF_FLAGS = [
    "flag_key", "left_id", "left_partner", "right_id", "right_partner", *(f"value_{kind}_pence" for kind in VALUE_CLASSES),
]  # fmt: skip
_STEP = Column("next_step", "Next step", "text", "trace")


def _money(what: str, prefix: str) -> Iterable[Column]:
    for kind in VALUE_CLASSES:
        heading = f"{prefix}{kind} (£)"
        yield Column(f"{what}_{kind}_pence", heading[:1].upper() + heading[1:], "pence", "value", True)


def _list(columns: Sequence[Column], cases: pa.Table, made: Mapping[str, Any]) -> CaseList:
    known: dict[str, Any] = {name: cases[name] for name in ("rank", "case_key", "minutes")}
    chances = {"chance": "chance_real", "identity": "identity_probability", "risk": "risk_probability"}
    for short, name in chances.items():
        known[f"{short}_hundredths"] = pc.round(pc.multiply(cases[name], 10_000))
    known |= made
    arrays = [_typed(column, known[column.key]) for column in columns]
    return CaseList(tuple(columns), pa.table(arrays, names=[column.key for column in columns]))


def _typed(column: Column, values: Any) -> pa.Array:
    kind = pa.string() if column.kind == "text" else pa.int64()
    array = values if isinstance(values, (pa.Array, pa.ChunkedArray)) else pa.array(values, kind)
    plain = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return clean(plain) if column.kind == "text" else plain.cast(kind)


def _by_case(case_flags: pa.Table) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in case_flags.select(["case_key", "flag_key", "rule_id"]).to_pylist():
        found.setdefault(row["case_key"], []).append(row)
    return found


def rules_by_case(case_flags: pa.Table) -> dict[str, str]:
    """Case key -> ids of its rules, the leading one first."""
    return {key: _rules(rows) for key, rows in _by_case(case_flags).items()}


def _rules(rows: Iterable[Mapping[str, Any]]) -> str:
    """Ids of the rules of a case, the leading one first."""
    return ", ".join(dict.fromkeys(row["rule_id"] for row in rows))


def _own_money(partner_id: str, flags: Iterable[Mapping[str, Any]]) -> dict[str, int | None]:
    """Class -> pence at stake on the partner's own left records, the greatest of each record."""
    greatest: dict[tuple[str, int], int] = {}  # (class, left record) -> pence
    for flag in flags:
        for kind in VALUE_CLASSES:
            pence = flag[f"value_{kind}_pence"]
            if flag["left_partner"] == partner_id and pence is not None:
                place = (kind, flag["left_id"])
                greatest[place] = max(pence, greatest.get(place, pence))
    found: dict[str, int | None] = dict.fromkeys(VALUE_CLASSES)
    for (of_class, _), pence in greatest.items():
        found[of_class] = (found[of_class] or 0) + pence
    return found


def _write_book(to: Path | io.BytesIO, title: str, night: ReportInput, cases: CaseList) -> None:
    about = f"{counted(len(cases.table), 'case')}, run {night.run_id}. {ORDER_OF_CASES} {NOT_A_FINDING}"
    _write_table(to, title, about, night, cases.columns, cases.table)


def _write_table(
    to: Path | io.BytesIO,
    title: str,
    about: str,
    night: ReportInput,
    columns: Sequence[Column],
    table: pa.Table,
) -> None:
    import xlsxwriter

    from fraudmatch.report.grid import Grid
    from fraudmatch.report.workbook import OPTIONS, print_setup

    shown = [c for c in columns if not (c.optional and table[c.key].null_count == len(table))]
    book = xlsxwriter.Workbook(to, OPTIONS)
    created = dt.datetime(night.as_at.year, night.as_at.month, night.as_at.day)
    book.set_properties(
        {"title": title, "author": "fraudmatch", "comments": NOT_A_FINDING, "created": created}
    )
    sheet = Sheet(book.add_worksheet("Worklist", Grid), add_formats(book))
    listed = [table[column.key].to_pylist() for column in shown]
    widths = [_width(column, values) for column, values in zip(shown, listed, strict=True)]
    sheet.widths(widths)
    sheet.text(0, 0, title, "title")
    sheet.wide(1, 0, min(len(shown), 10) - 1, about, "note", sum(widths[:10]))
    for position, (column, values) in enumerate(zip(shown, listed, strict=True)):
        sheet.text(2, position, column.heading, f"heading_{column.block}")
        sheet.cells(3, position, column.kind, values)
    sheet.worksheet.autofilter(2, 0, 2 + len(table), len(shown) - 1)
    sheet.worksheet.freeze_panes(3, 2)
    sheet.worksheet.repeat_rows(2)
    print_setup(sheet.worksheet, title, night)
    book.close()


def _width(column: Column, values: Sequence[Any]) -> int:
    if column.kind != "text":
        return _WIDTHS[column.kind]
    longest = max((len(text) for text in values if text is not None), default=0)
    return int(min(max(longest + 2, len(column.heading) + 2, 12), 48))
