"""Whether the examples of a rule draw columns that exist, with values they can hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from fraudmatch.errors import Problem
from fraudmatch.scoring import catalogue
from fraudmatch.scoring.drawn_groups import PERSON
from fraudmatch.scoring.language import nearest
from fraudmatch.scoring.nodes import Column, Kind
from fraudmatch.scoring.rules import Rule

_PYTHON: dict[Kind, tuple[type, ...]] = {
    Kind.TRUTH: (bool,),
    Kind.NUMBER: (int, float),
    Kind.TEXT: (str,),
    Kind.DATE: (dt.date,),
}
#: Numbers are compared as floats, which are whole up to here.
_TOO_LARGE = 2**53


def example_problems(rule: Rule) -> list[Problem]:
    """Columns in examples that do not exist or hold the wrong kind of thing."""
    pair = rule.file.pair
    if rule.file.group is not None:
        return _member_problems(rule)
    right = catalogue.side_columns(pair.right) if pair.right else {}
    found = []
    for place, example in enumerate(rule.file.example):
        if example.members:
            what = "only rules about groups have members."
            found.append(Problem(rule.shown, f"example.{place}.members", what, "Draw left and right."))
        for scope, columns, given in (
            ("left", catalogue.side_columns(pair.left), example.left),
            ("right", right, example.right),
            ("pair", catalogue.PAIR_COLUMNS if pair.right else {}, example.pair),
            ("link", catalogue.LINK_COLUMNS if pair.right else {}, example.link),
        ):
            for name, value in given.items():
                where = f"example.{place}.{scope}.{name}"
                if scope == "link" and name.endswith("_level"):
                    columns = {**columns, name: Column(Kind.NUMBER)}
                found += _cell_problems(rule.shown, where, name, value, columns)
    return found


def _member_problems(rule: Rule) -> list[Problem]:
    """The same of a rule about groups, whose examples draw members."""
    columns = catalogue.side_columns(rule.file.pair.left) | {PERSON: Column(Kind.TEXT)}
    found = []
    for place, example in enumerate(rule.file.example):
        where = f"example.{place}"
        if example.left or example.right or example.pair or example.link:
            what = "a rule about groups is drawn by its members."
            found.append(Problem(rule.shown, where, what, "Write members = [{ … }, { … }]."))
        if (
            len({str(member.get("partner")) for member in example.members}) > 1
            and rule.file.pair.scope != "any"
        ):
            what = "members of two partners are two groups under scope same_partner."
            found.append(Problem(rule.shown, f"{where}.members", what, "Draw the members of one partner."))
        for number, member in enumerate(example.members):
            for name, value in member.items():
                found += _cell_problems(rule.shown, f"{where}.members.{number}.{name}", name, value, columns)
    return found


def _cell_problems(
    shown: str, where: str, name: str, value: object, columns: Mapping[str, Column]
) -> list[Problem]:
    column = columns.get(name)
    if column is None:
        return [Problem(shown, where, "there is no such column.", nearest(name, list(columns)))]
    fits = isinstance(value, _PYTHON[column.kind]) and not isinstance(value, dt.datetime)
    if not fits or (isinstance(value, bool) and column.kind is not Kind.TRUTH):
        return [Problem(shown, where, f"this is not {column.kind}.")]
    if isinstance(value, int | float) and abs(value) >= _TOO_LARGE:
        return [Problem(shown, where, "no record holds so large a number.")]
    if column.codes and value not in column.codes:
        return [
            Problem(shown, where, f"{name} never holds '{value}'.", nearest(str(value), list(column.codes)))
        ]
    return []
