"""The first rows of a file as its drafted mapping reads them, and what a site calls its columns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Keyed
from pathlib import Path

import pyarrow as pa
from pydantic import ValidationError

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile
from fraudmatch.errors import MappingError
from fraudmatch.extract.draft_text import TODO
from fraudmatch.extract.load import load_mapping
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.one_file import extract_file
from fraudmatch.site import Site

#: Rows shown.
ROWS = 5

_OPEN_CODE = re.compile(rf'"(?:[^"\\]|\\.)*" = "{TODO}"(?:, )?')


def learnt_headings(site: Site, dataset: str) -> dict[str, dict[str, str]]:
    """Field -> heading -> the first mapping of the site that reads the field from it.

    Only mappings of the data set teach; joined columns and parts of dates teach nothing. A mapping
    with faults is passed over: drafting must work while a site is being set up.
    """
    learnt: dict[str, dict[str, str]] = {}
    for partner in site.partner_ids:
        for path in site.mappings_of(partner):
            try:
                mapping = load_mapping(path)
            except MappingError:
                continue
            for field, source in mapping.fields.items() if mapping.dataset == dataset else ():
                for heading in source.column:
                    learnt.setdefault(field, {}).setdefault(heading, f"{partner}/{path.name}")
    return learnt


def parsed_by_draft(path: Path, text: str) -> ExtractedFile | None:
    """The whole file read by the draft `text`, codes left open as not known; null where no row can be named."""
    raw = tomllib.loads(_OPEN_CODE.sub("", text))
    if "source_ref" not in raw["fields"]:
        return None
    try:
        mapping = Mapping.model_validate({**raw, "path": path})
    except ValidationError:
        return None
    return extract_file(path, mapping, partner="draft", partner_ids=["draft"])


def first_rows(file: ExtractedFile) -> Iterator[str]:
    """Lines for a person: the first rows in the order of the file, field by field, and the counts."""
    received: pa.Table = file.received.sort_by("source_row").slice(0, ROWS)
    yield f"Read by this draft: {_counts(file)}"
    if file.dataset is None:
        return
    filled = [
        field.name
        for field in schemas.DATASETS[file.dataset].fields
        if file.received[field.name].null_count < file.received.num_rows
    ]
    width = max((len(name) for name in filled), default=0)
    for row in received.to_pylist():
        yield f"Row {row['source_row']}"
        yield from (f"  {name:<{width}}  {_told(row[name])}" for name in filled)


def _told(value: object) -> str:
    """A value for a terminal: no control signs, null as a dash."""
    return "–" if value is None else "".join(sign if sign.isprintable() else "?" for sign in str(value))


def _counts(file: ExtractedFile) -> str:
    row: Keyed[str, int | str] = file.delivery.to_pylist()[0]
    reasons: dict[str, int] = {}
    for fault in file.rejects.select(["reason", "field", "column"]).to_pylist():
        place = fault["field"] or fault["column"]
        key = f"{fault['reason']} in {place}" if place else str(fault["reason"])
        reasons[key] = reasons.get(key, 0) + 1
    said = "".join(f"\n  {key}: {times:,}" for key, times in sorted(reasons.items()))
    return f"{row['state']}; received {row['received']:,}, loaded {row['loaded']:,}.{said}"
