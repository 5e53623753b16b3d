"""The words of a drafted mapping: TOML with the evidence for every line as a comment."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Keyed
from dataclasses import dataclass

from fraudmatch import schemas
from fraudmatch.extract.evidence import Evidence
from fraudmatch.extract.grid import Grid
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.recognise import key_of
from fraudmatch.extract.sniff_evidence import counted

#: How a flag may be written, and our words for it.
_YES_NO = {"y": "true", "yes": "true", "1": "true", "n": "false", "no": "false", "0": "false"}
#: Code of a list entry that a person has to fill; no data set knows it, so the draft says so.
TODO = "TODO"


@dataclass(frozen=True)
class Draft:
    """All that goes into the text of a draft.

    Attributes:
        columns: evidence per column, in file order.
        fields: our field -> columns (from 0).
        notes: doubts about the form of the file.
        learnt: field -> heading -> the mapping of the site that reads it so.
        evidence: key of [file], or source_ref -> what speaks for its value and what against.
    """

    dataset: schemas.Dataset
    form: FileForm
    grid: Grid
    columns: Sequence[Evidence]
    fields: Keyed[str, tuple[int, ...]]
    notes: tuple[str, ...]
    learnt: Keyed[str, Keyed[str, str]] = dataclasses.field(default_factory=dict)
    evidence: Keyed[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def heading(self, place: int) -> str:
        """The heading of a column without outer blanks."""
        return self.grid.headings[place].strip()

    def why(self, key: str) -> Iterator[str]:
        """The evidence for a key as comments."""
        yield from (f"# {_plain(line)}" for line in self.evidence.get(key, ()))


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(_quoted(text) for text in texts)}]"


def mapping_text(draft: Draft, name: str, partner: str | None) -> Iterator[str]:
    """The lines of the mapping for a file called `name`."""
    seen = f"{draft.grid.rows} rows, {len(draft.grid.headings)} columns"
    yield f"# Draft from {_plain(name)}: {seen}. Confirm every line."
    yield f"# Keep it as partners/{partner or '<partner>'}/{draft.dataset.name}.toml"
    yield f"dataset = {_quoted(draft.dataset.name)}"
    yield ""
    yield from _file_lines(draft)
    yield ""
    yield from _ignore_lines(draft)
    yield ""
    yield from _field_lines(draft)


def _plain(text: str) -> str:
    """A text that may stand in a comment."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _file_lines(draft: Draft) -> Iterator[str]:
    form = draft.form
    yield "[file]"
    yield from (f"# {_plain(note)}" for note in draft.notes)
    yield f"pattern = {_quoted(form.pattern)}"
    yield f"format = {_quoted(form.format)}"
    if form.compression != "none":
        yield f"compression = {_quoted(form.compression)}"
    if form.format in {"delimited", "fixed_width"}:
        yield from draft.why("encoding")
        yield f"encoding = {_list(form.encoding)}"
    if form.format == "delimited":
        yield from draft.why("delimiter")
        yield f"delimiter = {_quoted(form.delimiter)}"
        yield from draft.why("quote")
        yield f"quote = {_quoted(form.quote)}"
    if form.format in {"delimited", "xlsx"}:
        yield from draft.why("header")
        yield f"header = {'true' if form.has_header else 'false'}"
        yield f"skip_rows = {form.skip_rows}"
    if form.sheet:
        yield f"sheet = {_quoted(form.sheet)}"
    yield from _column_lines(form)
    if _usual_formats(draft):
        yield from _date_evidence(draft)
        yield f"date_formats = {_list(_usual_formats(draft))}"
    yield from _money_evidence(draft)
    yield 'money = "pounds"'


def _date_evidence(draft: Draft) -> Iterator[str]:
    """How many dates the usual formats read, and what they do not."""
    places = [
        place for _, place in _date_columns(draft) if draft.columns[place].formats == _usual_formats(draft)
    ]
    columns = [draft.columns[place] for place in places]
    cells, read = sum(column.cells for column in columns), sum(column.read for column in columns)
    yield f"# for: {read:,} of {cells:,} cells of {counted(len(columns), 'column')} of dates"
    if read < cells:
        yield f"# against: {counted(cells - read, 'other cell')} in them"
    doubtful = sum(column.ambiguous for column in columns)
    if doubtful:
        yield f"# against: in {doubtful:,} of the columns every date reads as well with day and month changed over"


def _money_evidence(draft: Draft) -> Iterator[str]:
    """How the amounts of the file write their pence."""
    kinds = {field.name: field.kind for field in draft.dataset.fields}
    amounts = [draft.columns[places[0]] for name, places in draft.fields.items() if kinds[name] == "pence"]
    cells, points, commas, whole = (
        sum(getattr(column, what) for column in amounts) for what in ("cells", "points", "commas", "whole")
    )
    if not cells:
        yield "# for: nothing; no amount was recognised"
        return
    yield f"# for: {points:,} of {cells:,} amounts have a decimal point"
    if whole and not points:
        yield f"# against: {whole:,} are whole figures and none has a point: they may be pence"
    if commas:
        yield f"# against: {commas:,} have one or two digits behind a comma, which is not read as a decimal sign"
    rest = cells - points - commas - whole
    if rest:
        yield f"# against: {rest:,} are written in another way"


def _column_lines(form: FileForm) -> Iterator[str]:
    if isinstance(form.columns, dict):
        yield (
            "columns = { "
            + ", ".join(f"{name} = [{at}, {size}]" for name, (at, size) in form.columns.items())
            + " }"
        )
    elif form.columns:
        yield f"columns = {_list(form.columns)}"


def _usual_formats(draft: Draft) -> tuple[str, ...]:
    """The formats that most of the mapped date columns have."""
    dates = [draft.columns[place].formats for _, place in _date_columns(draft)]
    counts = Counter(formats for formats in dates if formats)
    return max(counts, key=lambda formats: (counts[formats], formats)) if counts else ()


def _date_columns(draft: Draft) -> list[tuple[str, int]]:
    kinds = {field.name: field.kind for field in draft.dataset.fields}
    return [(name, places[0]) for name, places in draft.fields.items() if kinds[name] == "date"]


def _ignore_lines(draft: Draft) -> Iterator[str]:
    used = {place for places in draft.fields.values() for place in places}
    left = [place for place in range(len(draft.grid.headings)) if place not in used]
    yield "[ignore]"
    yield "# Columns no field was recognised for. Map what a rule could use; leave the rest here."
    yield "columns = ["
    for heading in dict.fromkeys(draft.heading(place) for place in left):
        places = [place for place in left if draft.heading(place) == heading]
        yield f"  {_quoted(heading)},  # {_described(draft.columns[places[0]])}"
    yield "]"


def _described(column: Evidence) -> str:
    """Fill rate, number of values and shape; never a value."""
    parts = [f"{column.filled:.0%} filled", f"{column.distinct} distinct"]
    parts += [f"like {_plain(column.shape)}"] if column.shape else []
    parts += [f"dates {' '.join(column.formats)}"] if column.formats else []
    return ", ".join(parts)


def _field_lines(draft: Draft) -> Iterator[str]:
    yield "[fields]"
    if "source_ref" not in draft.fields:
        yield f"# {TODO} no column is surely the reference of the row: name one, or join several."
        yield from draft.why("source_ref")
        yield '# source_ref = "…"'
    for field in draft.dataset.fields:
        if field.name in draft.fields:
            yield from _one_field(draft, field, draft.fields[field.name])
    missing = [field.name for field in draft.dataset.details if field.name not in draft.fields]
    if missing:
        yield f"# Not recognised, and used by rules: {', '.join(missing)}"


def _one_field(draft: Draft, field: schemas.Field, places: tuple[int, ...]) -> Iterator[str]:
    first = draft.columns[places[0]]
    yield f"# {field.meaning}: {_described(first)}"
    if field.name == "source_ref":
        yield from draft.why("source_ref")
    by = {key_of(heading): mapping for heading, mapping in draft.learnt.get(field.name, {}).items()}
    if key_of(draft.heading(places[0])) in by:
        yield f"# so read by {_plain(by[key_of(draft.heading(places[0]))])}"
    column = _quoted(draft.heading(places[0]))
    if len(places) > 1:
        yield f'{field.name} = {{ join = {_list([draft.heading(place) for place in places])}, with = ", " }}'
    elif field.kind == "date":
        yield from _date_line(draft, field, first, column)
    elif field.kind in {"code", "flag"}:
        yield from _code_line(field, first, column)
    elif field.kind == "pence" and first.shape and not any(set(",.£") & set(first.shape)):
        yield "# whole figures only: are they pounds or pence?"
        yield f"{field.name} = {column}"
    else:
        yield f"{field.name} = {column}"


def _date_line(draft: Draft, field: schemas.Field, column: Evidence, heading: str) -> Iterator[str]:
    if column.ambiguous:
        yield "# every day is 12 or less, so day and month could be changed over: confirm"
    if not column.formats and column.distinct:
        yield f"# {TODO} no date format reads this column"
    if any("%y" in text for text in column.formats):
        yield "# two-digit years: see docs/mapping.md for the century they are given"
    usual = _usual_formats(draft)
    formats = column.formats or (() if usual else ("%d/%m/%Y",))
    if formats and formats != usual:
        yield f"{field.name} = {{ column = {heading}, formats = {_list(formats)} }}"
    else:
        yield f"{field.name} = {heading}"


def _code_line(field: schemas.Field, column: Evidence, heading: str) -> Iterator[str]:
    words = field.codes if field.kind == "code" else ("true", "false")
    plain = set(words) if field.kind == "code" else {*_YES_NO, "true", "false"}
    if column.distinct and not column.values:
        yield f"# {TODO} {column.distinct} distinct values are too many for codes: is it the right column?"
    if not column.values or {value.casefold() for value in column.values} <= {
        word.casefold() for word in plain
    }:
        yield f"{field.name} = {heading}"
        return
    yield f"# our words: {', '.join(words)}"
    unknown = [
        f"{_plain(value)} ({times:,})"
        for value, times in zip(column.values, column.times, strict=True)
        if _our_word(value, words) == TODO
    ]
    if unknown:
        yield f"# not known, with how many rows have them: {', '.join(unknown)}"
    codes = ", ".join(f"{_quoted(value)} = {_quoted(_our_word(value, words))}" for value in column.values)
    yield f"{field.name} = {{ column = {heading}, codes = {{ {codes} }} }}"


def _our_word(value: str, words: Sequence[str]) -> str:
    """Our word for a value that is spelt nearly the same; otherwise a thing to do."""
    folded = value.casefold().replace(" ", "_").replace("-", "_")
    folded = _YES_NO.get(folded, folded) if tuple(words) == ("true", "false") else folded
    return next((word for word in words if word.casefold() == folded), TODO)
