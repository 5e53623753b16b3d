"""The list of cases: what is to be done, filtered by its address, and the same as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flask
from flask import Blueprint, request

from fraudmatch.accounts import Right
from fraudmatch.ledger.entering import enter
from fraudmatch.report.worklist import list_as_csv, list_as_workbook
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.files import KINDS, as_json, sent
from fraudmatch.review.guard import account, needs
from fraudmatch.review.worklist import ORDERS, OWN, WHOSE, Filter, Worklist
from fraudmatch.schemas import VALUE_CLASSES

pages = Blueprint("case_list", __name__)


@dataclass(frozen=True)
class Paging:
    """Which part of a list is shown; numbers of pages count from 1."""

    page: int
    pages: int
    first: int
    last: int
    all: int


@pages.get("/")
@needs()
def page() -> Any:
    """The list of the person's partner; who sees no cases is sent to what the person may see."""
    if not account().may(Right.SEE_CASES):
        return flask.render_template("welcome.html")
    desk = desk_of()
    desk.refresh()
    wanted, worklist = Filter.read(request.args), desk.worklist(account())
    places = worklist.chosen(wanted, account().username, desk.today())
    paging = _paging(request.args.get("page", ""), len(places), desk.settings.per_page)
    titles = {rule_id: text.title for rule_id, text in desk.night.rules.items()}
    shown = worklist.rows(places[paging.first : paging.last].tolist())
    return flask.render_template(
        "cases.html", wanted=wanted, paging=paging, whose=WHOSE, orders=ORDERS, titles=titles,
        rules_named=sorted(((rule_id, titles[rule_id]) for rule_id in worklist.rules), key=lambda one: one[1]),
        rows=[row | {"standing": desk.board.standing(row["case_key"], str(account().partner))} for row in shown],
        others=_others(desk, worklist), counts=worklist.counts(account().username, desk.today()), classes=_classes(shown), night=desk.night,
        today=desk.today(), partner=desk.partner_of(account()), around=_around(paging), views=desk.terms.view,
    )  # fmt: skip


@pages.get("/cases.<kind>")
@needs(Right.EXPORT)
def export(kind: str) -> Any:
    """What the filter of the address leaves, as csv, xlsx or json; entered in the ledger before it is written."""
    if kind not in KINDS:
        flask.abort(404)
    desk = desk_of()
    desk.refresh()
    wanted, worklist = Filter.read(request.args), desk.worklist(account())
    places = worklist.chosen(wanted, account().username, desk.today())
    partner = desk.partner_of(account())
    detail = {"cases": len(places), "kind": kind, "run": desk.night.run_id}
    enter(desk.site, "report.exported", by=account().username, partner=partner.id, detail=detail)
    cases = worklist.cases.only(places.tolist())
    title = f"Cases of {partner.name}"
    writers = {
        "csv": lambda: list_as_csv(cases),
        "xlsx": lambda: list_as_workbook(cases, title, desk.night.input),
        "json": lambda: as_json("cases", cases.table, title, desk.night.input),
    }
    return sent("cases", kind, writers[kind]())


def _others(desk: Desk, worklist: Worklist) -> list[tuple[str, str]]:
    """Choices of the filter by the other council: (value, in words); none where no case has one."""
    named = [(one, desk.site.partner(one).name) for one in worklist.others]
    return [(OWN, "Your records alone"), *named] if named else []


def _paging(asked: str, size: int, per_page: int) -> Paging:
    pages_ = max(1, -(-size // per_page))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
    number = min(max(1, number), pages_)
    first = (number - 1) * per_page
    return Paging(number, pages_, first, min(first + per_page, size), size)


def _around(paging: Paging) -> list[int | None]:
    """Numbers of pages to link to; null = a gap."""
    near = {1, paging.pages, *range(paging.page - 1, paging.page + 2)}
    numbers = sorted(number for number in near if 1 <= number <= paging.pages)
    found: list[int | None] = []
    for before, number in zip([0, *numbers], numbers, strict=False):
        if number - before > 1:
            found.append(None)
        found.append(number)
    return found


def _classes(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Classes of value that any of these cases has."""
    return [kind for kind in VALUE_CLASSES if any(row[f"value_{kind}_pence"] is not None for row in rows)]
