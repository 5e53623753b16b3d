"""A first mapping for an unknown file, with the evidence beside every line, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from fraudmatch import schemas
from fraudmatch.errors import ConfigurationError
from fraudmatch.extract.content import read_bytes
from fraudmatch.extract.draft_reference import likely_reference, of_named
from fraudmatch.extract.draft_rows import learnt_headings
from fraudmatch.extract.draft_text import Draft, mapping_text
from fraudmatch.extract.evidence import Evidence, evidence
from fraudmatch.extract.fields import Cells
from fraudmatch.extract.grid import Refused
from fraudmatch.extract.headings import did_you_mean
from fraudmatch.extract.readers import read_grid
from fraudmatch.extract.recognise import guess_dataset, recognise
from fraudmatch.extract.sniff import sniff
from fraudmatch.site import Site


def draft_mapping(
    path: Path, *, dataset: str | None = None, partner: str | None = None, site: Site | None = None
) -> str:
    """The text of a mapping for the file at `path`.

    Args:
        dataset: the data set; null guesses it from the headings and the file name.
        partner: who sends it, for the comment on where to keep the mapping.
        site: headings its mappings read are names of their fields here too.

    Returns:
        TOML that `load_mapping` accepts, except where a code is left as "TODO" and where no
        column looks like the reference of the row.

    Raises:
        ConfigurationError: no such data set, or the file cannot be read at all.
    """
    if dataset is not None and dataset not in schemas.DATASETS:
        remedy = did_you_mean(dataset, schemas.DATASETS) or f"Known: {', '.join(schemas.DATASETS)}."
        raise ConfigurationError(f"There is no data set {dataset!r}.", remedy=remedy)
    try:
        draft = _look(path, dataset, site)
    except Refused as refused:
        reasons = "; ".join(f"{fault.reason} {fault.detail or ''}".strip() for fault in refused.faults)
        message = f"No mapping can be drafted from {path}: {reasons or 'it cannot be read'}."
        raise ConfigurationError(message, remedy="Check that it is the file that was meant.") from refused
    return "\n".join(mapping_text(draft, path.name, partner)) + "\n"


def _look(path: Path, dataset: str | None, site: Site | None) -> Draft:
    content = read_bytes(path)
    if not content:
        raise Refused([])
    sniffed = sniff(content, _pattern(path.name))
    grid = read_grid(content, sniffed.form.model_copy(update={"short_rows": "fill", "long_rows": "empty"}))
    cells = Cells.of(grid, set(range(len(grid.headings))), ())
    columns = [evidence(cells, place) for place in range(len(grid.headings))]
    name = dataset or guess_dataset(grid.headings, path.name)
    learnt = learnt_headings(site, name) if site else {}
    fields = _plausible(recognise(grid.headings, name, learnt), columns)
    headings = [heading.strip() for heading in grid.headings]
    if "source_ref" in fields:
        grounds = tuple(of_named(columns[fields["source_ref"][0]], grid.rows))
    else:
        likely = likely_reference(columns, headings, grid.rows, fields)
        grounds = likely.lines
        if likely.place is not None:
            fields = {"source_ref": (likely.place,), **fields}
    evidence_of = {**sniffed.evidence, "source_ref": grounds}
    return Draft(
        schemas.DATASETS[name], sniffed.form, grid, columns, fields, sniffed.notes, learnt, evidence_of
    )


#: Fields that hold figures: a column of words under such a heading is another thing ("Account": General Debits).
_FIGURES = frozenset({"account", "sort_code", "uprn", "phone"})


def _plausible(
    fields: Mapping[str, tuple[int, ...]], columns: Sequence[Evidence]
) -> dict[str, tuple[int, ...]]:
    """The fields but those of figures whose column usually has none."""
    shapes = {name: columns[places[0]].shape for name, places in fields.items() if name in _FIGURES}
    words = {name for name, shape in shapes.items() if shape is not None and "9" not in shape}
    return {name: places for name, places in fields.items() if name not in words}


def _pattern(name: str) -> str:
    """The file name with every run of digits as a star, so that next month's file fits too.

    A name of digits alone keeps their number, or any file would fit.
    """
    pattern = re.sub(r"\d[\d_-]*", "*", name)
    return pattern if pattern.strip(".")[:2] != "*." else re.sub(r"\d", "?", name)
