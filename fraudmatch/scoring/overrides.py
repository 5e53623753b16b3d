"""Local overrides: what a partner decided against a rule, read from the site's file and checked.

`overruling` applies them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fraudmatch.errors import Problem, SiteError
from fraudmatch.schemas import Override
from fraudmatch.scoring.language import nearest
from fraudmatch.scoring.library import Library
from fraudmatch.scoring.nodes import canonical
from fraudmatch.scoring.rules import Rule

#: Written in place of a partner: the override is for the flags of every partner.
ALL = "all"

_FILE = "site.toml"
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Kinds = ("off", "least_points", "points")


class _Written(BaseModel):
    """The shape of one [[override]] table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rule: str
    partner: str
    off: Literal[True] | None = None
    least_points: Annotated[int, Field(ge=1, le=100)] | None = None
    points: Annotated[dict[str, Annotated[int, Field(ge=-100, le=100)]], Field(min_length=1)] | None = None
    by: _Text
    on: dt.date
    why: _Text

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it sets."""
        return tuple(kind for kind in _Kinds if getattr(self, kind) is not None)


def read_overrides(
    tables: Sequence[Mapping[str, Any]], partners: Sequence[str], library: Library
) -> tuple[Override, ...]:
    """The overrides of a site, in the order of its file.

    Args:
        tables: the [[override]] tables as written. partners: ids of the partners that take part.

    Raises:
        SiteError: any of them is wrong; carries every fault of all of them.
    """
    problems: list[Problem] = []
    read: list[Override] = []
    seen: dict[tuple[str, str, str], int] = {}
    for place, table in enumerate(tables, 1):
        where = f"override.{place}"
        try:
            written = _Written.model_validate(dict(table))
        except ValidationError as error:
            problems += _shape_problems(error, where)
            problems += _name_problems(where, table.get("rule"), table.get("partner"), partners, library)
            continue
        problems += _name_problems(where, written.rule, written.partner, partners, library)
        problems += _content_problems(where, written, library.rule(written.rule))
        for kind in written.kinds:
            earlier = seen.setdefault((written.rule, written.partner, kind), place)
            if earlier != place:
                what = f"override {earlier} sets {kind} of {written.rule} for {written.partner} too."
                problems.append(Problem(_FILE, where, what, "Keep one of them."))
        read.append(_override(written))
    if problems:
        raise SiteError(
            "The overrides in site.toml have faults.", remedy="Mend the tables named.", problems=problems
        )
    return tuple(read)


def _override(written: _Written) -> Override:
    return Override(
        written.rule, written.partner, written.by, written.on, written.why,
        off=bool(written.off), least_points=written.least_points, points=dict(written.points or {}),
    )  # fmt: skip


def _shape_problems(error: ValidationError, where: str) -> Iterator[Problem]:
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        key = ".".join(str(part) for part in fault["loc"])
        what, remedy = f"{fault['msg']}.", ""
        if fault["type"] == "extra_forbidden":
            what, remedy = "there is no such key.", nearest(key, list(_Written.model_fields))
        elif fault["type"] == "missing":
            what = "this key is missing."
        elif key == "off":
            what, remedy = "off is true or left out.", "Remove the table to have the rule back."
        yield Problem(_FILE, f"{where}.{key}", what, remedy)


def _name_problems(
    where: str, rule_id: object, partner: object, partners: Sequence[str], library: Library
) -> Iterator[Problem]:
    """Rules and partners that do not exist; what is not text is a fault of shape."""
    if isinstance(rule_id, str) and library.rule(rule_id) is None:
        hint = nearest(rule_id, [rule.id for rule in library.rules])
        yield Problem(_FILE, f"{where}.rule", f"there is no rule {rule_id}.", hint)
    if isinstance(partner, str) and partner not in (ALL, *partners):
        yield Problem(
            _FILE, f"{where}.partner", f"there is no partner {partner}.", nearest(partner, [ALL, *partners])
        )


def _content_problems(where: str, written: _Written, rule: Rule | None) -> Iterator[Problem]:
    if len(written.kinds) != 1:
        said = " and ".join(written.kinds) or "nothing"
        remedy = "Give one of off = true, least_points = N, points = { fact = N }."
        yield Problem(_FILE, where, f"it sets {said}.", remedy)
    if rule is None or written.points is None:
        return
    for fact in written.points:
        yield from _fact_problems(f"{where}.points.{fact}", fact, rule)
    most = sum(worth for worth in (dict(rule.file.points) | written.points).values() if worth > 0)
    if most > 100:
        what = f"with these, base and the points above nought of {rule.id} come to {most}."
        yield Problem(_FILE, f"{where}.points", what, "Keep the sum at 100 or less.")


def _fact_problems(where: str, fact: str, rule: Rule) -> Iterator[Problem]:
    if fact == "base":
        return
    node = rule.facts.get(fact)
    if node is None:
        hint = nearest(fact, ["base", *rule.facts])
        yield Problem(_FILE, where, f"{rule.id} has no fact {fact}.", hint)
    elif rule.symmetric and canonical(node) != canonical(node, swapped=True):
        what = f"{fact} depends on which of the two records is called left, and {rule.id} does not say which."
        yield Problem(_FILE, where, what, "Choose a fact that is the same from both sides.")
