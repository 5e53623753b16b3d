"""The first sheet of a workbook: whose it is, as at when, what it holds, what came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.decided import settled_rules
from fraudmatch.report.disclosure import Exceptions
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.overrides import override_totals
from fraudmatch.report.sheet import Sheet
from fraudmatch.report.totals import extract_totals
from fraudmatch.report.witness import changed_rules, witness
from fraudmatch.report.words import DISCLOSURE, NOT_A_FINDING, counted, unverified_values
from fraudmatch.report.words import VALUE_CLASSES as CLASSES_IN_WORDS
from fraudmatch.schemas import VALUE_CLASSES
from fraudmatch.site import Partner

_WIDTHS = (24, 62, 12, 16, 16, 16, 16, 34)
_LINE = 166  # characters over columns B to H
_LAST = len(_WIDTHS) - 1
_CHART_ROW = 17  # points of a row beside the chart, for each line of text in it
_RULE_HEADINGS = (
    "Rule", "Looks for", "Flags", *(f"{kind.capitalize()} (£)" for kind in VALUE_CLASSES), "Sheet",
)  # fmt: skip
_OVERRIDE_HEADINGS = (
    "Local override of", "What was decided", "Taken away", "Ranked anew", "For", "By", "On", "Why",
)  # fmt: skip
_EXTRACT_HEADINGS = ("Data set", "File", "State", "Received", "Loaded", "Rejected", "Data of")


def write_summary(
    sheet: Sheet,
    partner: Partner,
    night: ReportInput,
    all_exceptions: Sequence[Exceptions],
    sheet_names: Mapping[str, Sequence[str]],
    cut: int,
    chart: Any,
) -> None:
    """Fill the summary sheet.

    Args:
        chart: an empty bar chart of the book; placed where there are flags.
        sheet_names: rule id -> names of its sheets.
        cut: cells of the other sheets that were cut.
    """
    sheet.widths(_WIDTHS)
    sheet.text(0, 0, f"Exceptions for {partner.name}", "title")
    sheet.worksheet.set_row(0, 26)
    row = _write_facts(sheet, partner, night, all_exceptions, cut)
    row = _write_services(sheet, chart, row + 1, all_exceptions)
    row = _write_rules(sheet, row + 1, all_exceptions, sheet_names)
    # a rule whose flags an override took away, or that stay decided, has flagged something
    hidden = set(night.overruled["rule_id"].to_pylist()) | settled_rules(night.attached)
    silent = sorted(set(night.rules) - set(sheet_names) - hidden)
    if silent:
        sheet.text(row, 0, "Flagged nothing", "label")
        sheet.wide(row, 1, _LAST, ", ".join(silent), "text", _LINE)
        row += 1
    row = _write_overrides(sheet, row + 1, partner, night)
    _write_extracts(sheet, row, partner, night)


def _write_facts(
    sheet: Sheet, partner: Partner, night: ReportInput, all_exceptions: Sequence[Exceptions], cut: int
) -> int:
    """Labelled lines; returns the next free row."""
    flags = sum(len(exceptions.table) for exceptions in all_exceptions)
    unverified = unverified_values(exceptions.rule for exceptions in all_exceptions)
    lines = [
        ("Site", night.site_name, "text"),
        ("Partner", f"{partner.name} ({partner.id})", "text"),
        ("Run", night.run_id, "text"),
        *_witness(partner, night),
        ("Flags", f"{counted(flags, 'flag')} by {counted(len(all_exceptions), 'rule')}", "strong"),
        ("What a flag is", NOT_A_FINDING, "strong"),
        ("What you see", DISCLOSURE, "text"),
        ("Amounts", f"{CLASSES_IN_WORDS} {unverified}".strip(), "text"),
        ("Order", "Priority is risk points times the probability of the link; work from the top.", "text"),
    ]
    if cut:
        lines.append(
            (
                "Cut cells",
                f"{counted(cut, 'cell')} longer than Excel holds; whole in the CSV files.",
                "strong",
            )
        )
    sheet.text(1, 0, "As at", "label")
    sheet.date(1, 1, night.as_at)
    for row, (label, text, style) in enumerate(lines, 2):
        sheet.text(row, 0, label, "label")
        sheet.wide(row, 1, _LAST, text, style, _LINE)
    return len(lines) + 2


def _witness(partner: Partner, night: ReportInput) -> list[tuple[str, str, str]]:
    """The head of the ledger, and that rules were changed."""
    changed = changed_rules(night.changes, partner.id)
    lines = [("RULES CHANGED", "; ".join(changed) + ".", "strong")] if changed else []
    if night.ledger_head:
        lines.append(("Ledger before", f"{night.ledger_head}. {witness(night.ledger_head)}", "text"))
    return lines


def _write_services(sheet: Sheet, chart: Any, row: int, all_exceptions: Sequence[Exceptions]) -> int:
    """Flags by service, most first, with a chart of them beside; returns the row for what follows."""
    flags: Counter[str] = Counter()
    for exceptions in all_exceptions:
        flags[exceptions.rule.service] += len(exceptions.table)
    if not flags:
        return row
    _headings(sheet, row, ("Service", "Rules with flags", "Flags"))
    first = row + 1
    for service, count in sorted(flags.items(), key=lambda item: (-item[1], item[0])):
        row += 1
        ids = [exceptions.rule.id for exceptions in all_exceptions if exceptions.rule.service == service]
        sheet.text(row, 0, service)
        sheet.text(row, 1, ", ".join(ids))
        sheet.number(row, 2, count, "count")
        sheet.worksheet.set_row(row, _CHART_ROW * -(-len(", ".join(ids)) // _WIDTHS[1]))
    name = sheet.worksheet.get_name()
    places = {"categories": [name, first, 0, row, 0], "values": [name, first, 2, row, 2]}
    chart.add_series(
        {**places, "name": "Flags", "fill": {"color": "#12324A"}, "data_labels": {"value": True}, "gap": 40}
    )
    chart.set_title({"name": "Flags by service", "name_font": {"size": 12, "color": "#12324A"}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "major_tick_mark": "none"})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 620, "height": 80 + 26 * len(flags)})
    told = "; ".join(f"{service} {count}" for service, count in flags.most_common())
    sheet.worksheet.insert_chart(
        first - 1, 3, chart, {"x_offset": 12, "description": f"Flags by service: {told}"}
    )
    return row + 4  # the chart may be higher than the table


def _write_rules(
    sheet: Sheet, row: int, all_exceptions: Sequence[Exceptions], sheet_names: Mapping[str, Sequence[str]]
) -> int:
    _headings(sheet, row, _RULE_HEADINGS)
    for exceptions in all_exceptions:
        row += 1
        sheet.text(row, 0, exceptions.rule.id)
        sheet.text(row, 1, exceptions.rule.title)
        sheet.number(row, 2, len(exceptions.table), "count")
        for column, money in enumerate(VALUE_CLASSES, 3):
            pence = _sum(exceptions.table, money)
            if pence is not None:
                sheet.number(row, column, pence / 100, "pence")
        sheet.text(row, _LAST, ", ".join(sheet_names[exceptions.rule.id]))
    return row + 1


def _sum(table: pa.Table, money: str) -> int | None:
    total: int | None = pc.sum(table[f"value_{money}_pence"]).as_py()
    return total


def _write_overrides(sheet: Sheet, row: int, partner: Partner, night: ReportInput) -> int:
    """What was decided against rules and concerns the partner, as on its page; returns the next free row."""
    names = night.partner_names()
    found = override_totals(night.overrides, night.overruled, night.rules, names, partner.id)
    if not found:
        return row
    _headings(sheet, row, _OVERRIDE_HEADINGS)
    for one in found:
        row += 1
        for column, text in ((0, one.rule_id), (1, one.what), (4, one.partner), (5, one.by), (7, one.why)):
            sheet.text(row, column, text)
        sheet.number(row, 2, one.taken_away, "count")
        sheet.number(row, 3, one.ranked_anew, "count")
        sheet.date(row, 6, one.on)
    return row + 2


def _write_extracts(sheet: Sheet, row: int, partner: Partner, night: ReportInput) -> None:
    _headings(sheet, row, _EXTRACT_HEADINGS)
    for extract in extract_totals(night.deliveries, partner.id):
        row += 1
        sheet.text(row, 0, extract.dataset_title)
        sheet.text(row, 1, extract.file)
        sheet.text(row, 2, extract.state)
        for column, count in enumerate((extract.received, extract.loaded, extract.rejected), 3):
            sheet.number(row, column, count, "count")
        if extract.data_of is not None:
            sheet.date(row, 6, extract.data_of)


def _headings(sheet: Sheet, row: int, headings: Sequence[str]) -> None:
    for column, heading in enumerate(headings):
        sheet.text(row, column, heading, "heading_flag")
