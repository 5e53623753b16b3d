"""A case pack as one page that needs nothing else: no scripts, nothing loaded, every value escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from fraudmatch.casepack.drawing import BOX_HIGH, BOX_WIDE, ROW, drawn, waterfall
from fraudmatch.casepack.gather import CasePack, PackedFlag
from fraudmatch.casepack.network import YOURS
from fraudmatch.casepack.sides import in_words
from fraudmatch.outcomes.listing import plain
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.page_template import page_environment
from fraudmatch.report.witness import changed_rules, witness
from fraudmatch.report.words import DISCLOSURE, NOT_A_FINDING, VALUE_CLASSES, number_words, relation_label
from fraudmatch.schemas import CLEARED_REASONS

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def write_pack(path: Path, pack: CasePack, night: ReportInput) -> Path:
    """Write the page; the same case gives the same bytes."""
    path.write_bytes(pack_page(pack, night).encode("utf-8"))
    return path


def pack_page(pack: CasePack, night: ReportInput) -> str:
    """The page as text."""
    page: str = _environment().get_template("case.html").render(
        title=f"Case {pack.key}", site_name=night.site_name, as_at=night.as_at, run_id=night.run_id,
        not_a_finding=NOT_A_FINDING, disclosure=DISCLOSURE, value_classes=VALUE_CLASSES,
        changed_rules=changed_rules(night.changes, pack.partner.id), ledger_head=night.ledger_head,
        witness=witness(night.ledger_head), pack=pack, drawing=drawn(pack.network),
        decided=[plain(event) for event in pack.events], cleared=CLEARED_REASONS,
    )  # fmt: skip
    return page


def case_body(pack: CasePack) -> str:
    """What the page says of the case, as a part of another page: HTML with every value escaped, without head and style."""
    body: str = _environment().get_template("case_body.html").render(
        value_classes=VALUE_CLASSES, pack=pack, drawing=drawn(pack.network),
        decided=[plain(event) for event in pack.events], cleared=CLEARED_REASONS,
    )  # fmt: skip
    return body


def flag_body(flag: PackedFlag) -> str:
    """What the page says of one flag, as a part of another page; see `case_body`."""
    body: str = _environment().get_template("case_flag.html").render(flag=flag, place=1)
    return body


def contents_page(packs: Sequence[tuple[str, CasePack]], night: ReportInput) -> str:
    """A page that leads to several packs of one partner; (file name, pack), in their order."""
    page: str = _environment().get_template("cases.html").render(
        title=f"Case packs for {packs[0][1].partner.name}", site_name=night.site_name, as_at=night.as_at,
        run_id=night.run_id, not_a_finding=NOT_A_FINDING, changed_rules=(), ledger_head=night.ledger_head,
        witness=witness(night.ledger_head), packs=packs,
    )  # fmt: skip
    return page


@cache
def _environment() -> Any:
    environment = page_environment(_TEMPLATES)
    environment.globals.update(
        waterfall=waterfall,
        yours=YOURS,
        box_wide=BOX_WIDE,
        box_high=BOX_HIGH,
        row_high=ROW,
        member_rows=member_rows,
    )
    environment.filters.update(number=number_words, shared=partial(relation_label, ""))
    return environment


def member_rows(flag: PackedFlag) -> list[Mapping[str, str]]:
    """The reader's own records in the group of a flag: heading -> value, as printed."""
    assert flag.members is not None
    shown = [
        column
        for column in flag.members.columns
        if column.block == "own" and flag.members.table[column.key].null_count < len(flag.members.table)
    ]
    return [
        {c.heading: "" if row[c.key] is None else in_words(c.kind, row[c.key]) for c in shown}
        for row in flag.members.table.to_pylist()
    ]
