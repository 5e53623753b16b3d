"""A desk of which every text is hostile, another that is the same but for its texts, and what a page is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
from canaries import PLAIN, random_site
from desk_in_memory import desk_over
from payloads import PAYLOADS
from visitors import Visitor

from fraudmatch.report import ReportInput
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk

#: Number of a text -> the text.
Texts = Callable[[int], str]
#: Texts that nobody can type into a form: browsers send them otherwise, or the desk refuses them.
_SIGNS = {chr(code) for code in range(32)} | {"\x7f", "\ufffe", "\uffff"}
TYPED = tuple(text for text in PAYLOADS if not _SIGNS & set(text) and text == text.strip())


def hostile(number: int) -> str:
    """One payload after another."""
    return PAYLOADS[number % len(PAYLOADS)]


def harmless(number: int) -> str:
    """A text that does nothing anywhere."""
    return f"Word {number % len(PAYLOADS)}"


def night_of(texts: Texts) -> ReportInput:
    """A random night whose texts, those of records, rules and partners, are as given."""
    night = random_site(4).night
    rules = {
        rule_id: replace(
            rule, title=texts(place), next_step=texts(place + 3), reasons={name: texts(place + 6) for name in rule.reasons}
        )
        for place, (rule_id, rule) in enumerate(night.rules.items(), 40)
    }  # fmt: skip
    partners = tuple(
        partner.model_copy(update={"name": f"{texts(60 + place)} council", "contact": texts(80 + place)})
        for place, partner in enumerate(night.partners)
    )
    return replace(
        night, records=_written(night.records, texts), rules=rules, partners=partners, site_name=texts(45),
        details={name: _written(table, texts) for name, table in night.details.items()},
    )  # fmt: skip


def _written(table: pa.Table, texts: Texts) -> pa.Table:
    """A table whose every text is one of the texts, in each column beginning with another one."""
    names = [
        field.name for field in table.schema if field.name not in PLAIN and pa.types.is_string(field.type)
    ]
    for place, name in enumerate(names):
        column = pa.array([texts(row + 40 * place) for row in range(table.num_rows)], pa.string())
        table = table.set_column(table.column_names.index(name), table.schema.field(name), column)
    return table


def hostile_desk(
    root: Path, patch: Callable[[str, Any], None], texts: Texts, hosts: tuple[str, ...] = ("localhost",)
) -> tuple[Desk, dict[str, Visitor]]:
    """A desk of these texts on which everything is typed that can be, and who typed it: partner -> visitor.

    On each case a note, a question and a decision are written, until every text that can be typed was.
    """
    root.mkdir()
    desk = desk_over(night_of(texts), root, patch, hosts)
    app, typed = make_app(desk), [texts(PAYLOADS.index(text)) for text in TYPED]
    visitors = {partner.id: Visitor(app, desk, partner.id) for partner in desk.site.partners}
    number = 0
    for partner, visitor in visitors.items():
        for key in desk.board.worklist(desk.site.partner(partner)).keys:
            for endpoint, path, field in (
                ("acts.note", "note", "words"), ("questions.ask", "ask", "question"), ("deciding.decide", "decide", "note")
            ):  # fmt: skip
                form = visitor.form(endpoint, key, **{field: typed[number % len(typed)]})
                if endpoint != "questions.ask" or form["about"]:
                    assert visitor.send(f"/case/{key}/{path}", form).status_code == 303
                    number += 1
    for partner, visitor in visitors.items():
        for question in desk.board.questions(partner):
            form = visitor.form("questions.answer", answer=typed[number % len(typed)])
            assert visitor.send(f"/questions/{question.asked.sequence}/answer", form).status_code == 303
            number += 1
    assert number > len(TYPED)
    return desk, visitors


def paths_of(desk: Desk, partner: str) -> list[str]:
    """Every page of a partner that shows texts."""
    keys = desk.board.worklist(desk.site.partner(partner)).keys
    asked = [question.asked.sequence for question in desk.board.questions(partner)]
    return [
        "/?state=", "/find", "/close", "/questions", "/decided", *(f"/case/{key}?state=" for key in keys),
        *(f"/questions/{number}" for number in asked),
    ]  # fmt: skip


class Skeleton(HTMLParser):
    """What a page is made of but its texts: elements with the names of their attributes, in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[tuple[str, ...]] = []
        self.texts: list[str] = []
        self.values: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, *(name for name, _ in attrs)))
        self.values += [value for _, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        self.parts.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
