"""The mapping file of an extract, in the format of docs/mapping.md, from the same layout as the file."""

from __future__ import annotations

from typing import Any

from fraudmatch.sample.layouts import Extract
from fraudmatch.schemas import DATASETS


def mapping_text(extract: Extract, positions: dict[str, tuple[int, int]]) -> str:
    """The TOML of the mapping; `positions` are those of fixed-width columns."""
    lines = [
        f"dataset = {_text(extract.dataset)}",
        'note = "Invented sample data; written with the file it describes"',
    ]
    lines += ["", "[file]", *_file(extract, positions)]
    if extract.councils:
        codes = ", ".join(f"{_key(code)} = {_text(owner)}" for owner, code in extract.councils.items())
        lines += ["", "[council]", f"column = {_text(extract.council_heading)}", f"codes = {{ {codes} }}"]
    if extract.ignored:
        lines += ["", "[ignore]", f"columns = [{', '.join(_text(h) for h in extract.ignored)}]"]
    lines += ["", "[fields]", *_fields(extract)]
    return "\n".join(lines) + "\n"


def _file(extract: Extract, positions: dict[str, tuple[int, int]]) -> list[str]:
    form, style = extract.file, extract.style
    lines = [f"pattern = {_text(_pattern(str(form['name'])))}", f"format = {_text(form['format'])}"]
    if str(form["name"]).endswith(".gz"):
        lines.append('compression = "gzip"')
    if form["format"] in ("delimited", "fixed_width"):
        lines.append(f"encoding = [{_text(form['encoding'])}]")
    if form["format"] == "delimited":
        lines.append(f"delimiter = {_text(form['delimiter'])}")
    if form["format"] == "xlsx":
        lines.append(f"sheet = {_text(form['sheet'])}")
    if positions:
        at = ", ".join(
            f"{_key(heading)} = [{first}, {width}]" for heading, (first, width) in positions.items()
        )
        lines.append(f"columns = {{ {at} }}")
    if form.get("skip"):
        lines.append(f"skip_rows = {form['skip']}")
    lines.append(f"date_formats = [{_text(style['dates'])}]")
    lines.append(f"money = {_text('pence' if style['money'] == 'pence' else 'pounds')}")
    if style["money"] == "signs":
        lines.append('negative_marks = ["()"]')
    return lines


def _pattern(name: str) -> str:
    """The file name with the part that changes from month to month as a star."""
    for changing in ("20260331", "202603", "2026-03", "MAR26", "M12", "P12"):
        name = name.replace(changing, "*")
    return name


def _fields(extract: Extract) -> list[str]:
    lines, heading = [], extract.headings
    for token in extract.tokens:
        if token in ("dob_month", "dob_year", "address_2", "address_3", "address_4"):
            continue
        lines.append(_field(extract, token, heading))
    return lines


def _field(extract: Extract, token: str, heading: dict[str, str]) -> str:
    if token == "dob_day":
        parts = (f"{part} = {_text(heading[f'dob_{part}'])}" for part in ("day", "month", "year"))
        return f"date_of_birth = {{ {', '.join(parts)} }}"
    if token == "address_1":
        parts = (heading[t] for t in extract.tokens if t.startswith("address_"))
        return f'address = {{ join = [{", ".join(_text(h) for h in parts)}], with = ", " }}'
    found = DATASETS[extract.dataset].field(token)
    if found is not None and found.kind == "code":
        codes = ", ".join(f"{_key(spelt)} = {_text(ours)}" for ours, spelt in extract.codes[token].items())
        return f"{token} = {{ column = {_text(heading[token])}, codes = {{ {codes} }} }}"
    return f"{token} = {_text(heading[token])}"


def _key(text: str) -> str:
    plain = text.replace("_", "").replace("-", "")
    return text if plain.isascii() and plain.isalnum() else _text(text)


def _text(value: Any) -> str:
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
