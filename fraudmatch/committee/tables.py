"""All figures as files for other programs: CSV, one line of work of a partner a row, and JSON with every table."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from fraudmatch.committee.figures import Figures, Line, Tally
from fraudmatch.schemas import VALUE_CLASSES

#: First characters that make a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: Columns of the CSV file, in their order.
COLUMNS = (
    "from", "to", "service", "rule", "looks_for", "partner", "area", "contact", "flags", "flags_with_another_partner",
    "reviewed", "confirmed", "error", "cleared", "unresolved", "yield_per_cent", "officer_minutes", "real_per_hour",
    *(f"found_{kind}_pounds" for kind in VALUE_CLASSES),
)  # fmt: skip


def figures_csv(figures: Figures) -> str:
    """The lines as CSV; amounts in pounds, blank for what is not known."""
    names = {partner.id: partner for partner in figures.partners}
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for line in figures.lines:
        partner = names.get(line.partner)
        row = _row(line) | {
            "from": figures.first.isoformat(), "to": figures.last.isoformat(),
            "partner": partner.name if partner else line.partner, "area": partner.gss if partner else None,
        }  # fmt: skip
        writer.writerow({name: _safe(row[name]) for name in COLUMNS})
    return made.getvalue()


def _row(line: Line) -> dict[str, Any]:
    one = line.tally
    return {
        "service": line.service, "rule": line.rule_id, "looks_for": line.title, "contact": line.contact,
        "flags": one.flags, "flags_with_another_partner": one.shared, "reviewed": one.reviewed,
        "confirmed": one.confirmed, "error": one.error, "cleared": one.cleared, "unresolved": one.unresolved,
        "yield_per_cent": _hundredths(one.yield_hundredths), "officer_minutes": one.minutes,
        "real_per_hour": _hundredths(one.real_per_hour_hundredths),
        **{f"found_{kind}_pounds": _hundredths(one.found[kind]) for kind in VALUE_CLASSES},
    }  # fmt: skip


def _hundredths(number: int | None) -> str | None:
    """12345 -> "123.45"."""
    return None if number is None else f"{number // 100}.{number % 100:02d}"


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def figures_json(figures: Figures) -> str:
    """Every table as one JSON document; amounts in pence, null for what is not known."""
    document = {
        "from": figures.first.isoformat(),
        "to": figures.last.isoformat(),
        "nights": list(figures.flagged.nights),
        "nights_that_cannot_be_read": list(figures.flagged.gone),
        "all": _plain(figures.whole),
        "partners": [
            {
                "id": partner.id, "name": partner.name, "area": partner.gss, **_plain(figures.by_partner[partner.id]),
                "cost_pence": figures.cost_pence[partner.id] if figures.cost_pence is not None else None,
            }
            for partner in figures.partners
        ],
        "services": [{"service": name, **_plain(one)} for name, one in figures.by_service.items()],
        "lines": [
            {
                "service": line.service, "rule": line.rule_id, "looks_for": line.title, "partner": line.partner,
                "contact": line.contact, **_plain(line.tally),
            }
            for line in figures.lines
        ],
        "months": [{"month": month, **_plain(one)} for month, one in figures.by_month.items()],
        "cleared_because": dict(figures.cleared),
        "transparency": [year.model_dump(mode="json") for year in figures.years],
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _plain(one: Tally) -> dict[str, Any]:
    return {
        "flags": one.flags, "flags_with_another_partner": one.shared, "reviewed": one.reviewed,
        "confirmed": one.confirmed, "error": one.error, "cleared": one.cleared, "unresolved": one.unresolved,
        "real_with_another_partner": one.shared_real, "officer_minutes": one.minutes,
        "yield_hundredths": one.yield_hundredths, "real_per_hour_hundredths": one.real_per_hour_hundredths,
        **{f"found_{kind}_pence": one.found[kind] for kind in VALUE_CLASSES},
    }  # fmt: skip
