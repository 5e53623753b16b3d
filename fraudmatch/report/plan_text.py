"""A plan of officer time for the terminal: the cases, who bears them, what is left. No names of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from fraudmatch.report.layout import paragraph, text_table
from fraudmatch.report.totals import CaseTotal, case_totals, shown_classes
from fraudmatch.report.words import NOT_A_FINDING, counted, pounds
from fraudmatch.schemas import VALUE_CLASSES
from fraudmatch.site import Partner

_GREEDY = (
    "Cases are taken best first while they fit. A cleverer choice could gain less than one case, because "
    "a case is short beside the time given. Expected money is chance times value; its classes are never added together."
)


@dataclass(frozen=True)
class PlanText:
    """What is printed of a plan.

    Attributes:
        minutes: officer time given. taken / left: CASES.
        rules: case key -> ids of its rules. partners: whose cases the plan may hold.
    """

    minutes: int
    taken: pa.Table
    left: pa.Table
    rules: dict[str, str]
    partners: Sequence[Partner]


def plan_lines(plan: PlanText) -> list[str]:
    """Lines without line ends; the caller prints them."""
    taken, left = case_totals(plan.taken), case_totals(plan.left)
    title = f"{counted(taken.cases, 'case')} for {counted(plan.minutes, 'minute')} of officers"
    lines = [title, "═" * len(title), ""]
    if not taken.cases:
        shortest = min(plan.left["minutes"].to_pylist(), default=None)
        why = f"The shortest case takes {shortest} minutes." if shortest else "There is no open case."
        return [*lines, why, *paragraph(NOT_A_FINDING, indent="")]
    names = {partner.id: partner.name for partner in plan.partners}
    lines += [*_case_table(plan, names), ""]
    lines.append(
        f"They take {counted(taken.minutes, 'minute')} and hold about {taken.real:.1f} that are real."
    )
    lines += ["", "The plan, by the partner that bears the loss", *_load_table(plan.taken, names), ""]
    if left.cases:
        lines += [
            "What the plan leaves",
            *_load_table(plan.left, names),
            "",
            *paragraph(_left(left), indent=""),
        ]
    lines += paragraph(_GREEDY, indent="")
    return [*lines, *paragraph(NOT_A_FINDING, indent="")]


def _case_table(plan: PlanText, names: dict[str, str]) -> list[str]:
    rows = [
        (
            str(case["rank"]), case["case_key"], names[case["owner"]], plan.rules[case["case_key"]],
            str(case["minutes"]), f"{case['chance_real']:.1%}", _values(case),
        )
        for case in plan.taken.to_pylist()
    ]  # fmt: skip
    return text_table(
        ("rank", "case", "bears the loss", "rules", "min", "chance", "at stake"),
        rows,
        right=(0, 4, 5),
        most=36,
    )


def _values(case: dict[str, object]) -> str:
    found = [(kind, case[f"value_{kind}_pence"]) for kind in VALUE_CLASSES]
    said = [f"{pounds(int(str(pence)))} {kind}" for kind, pence in found if pence]
    return ", ".join(said) or "–"


def _left(left: CaseTotal) -> str:
    """What not looking at the rest is expected to cost."""
    said = [f"{_whole(_pence(left, kind))} {kind}" for kind in VALUE_CLASSES if _pence(left, kind)]
    return f"Not looking at these is expected to cost {', '.join(said) or 'nothing that can be valued'}."


def _load_table(cases: pa.Table, names: dict[str, str]) -> list[str]:
    owners = [*names, ""] if len(names) > 1 else list(names)
    totals = [case_totals(cases, owner) for owner in owners]
    classes = shown_classes(totals)
    headings = ("partner", "cases", "minutes", "real", *(f"exp. {kind}" for kind in classes))
    rows = [(names.get(total.owner, "all"), *_load(total, classes)) for total in totals]
    return text_table(headings, rows, right=range(1, len(headings)), most=36)


def _load(total: CaseTotal, classes: Sequence[str]) -> tuple[str, ...]:
    money = (_whole(_pence(total, kind)) for kind in classes)
    return (f"{total.cases:,}", f"{total.minutes:,}", f"{total.real:.1f}", *money)


def _pence(total: CaseTotal, kind: str) -> int | None:
    pence: int | None = getattr(total, f"{kind}_pence")
    return pence


def _whole(pence: int | None) -> str:
    """Whole pounds: an expectation is not known to the penny."""
    return "–" if pence is None else f"£{round(pence / 100):,}"
