"""The site folder: deliveries, mappings, site.toml, answer key, and what it all is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from fraudmatch.sample import spoil
from fraudmatch.sample.answer_key import TruthTables, cases_file
from fraudmatch.sample.cases_waiting import ONE_LIST_SINCE
from fraudmatch.sample.files import file_bytes
from fraudmatch.sample.guide import answer_key_guide, site_guide
from fraudmatch.sample.layouts import Extract, extracts
from fraudmatch.sample.mappings import mapping_text
from fraudmatch.sample.places import PARTNERS
from fraudmatch.sample.plant import Case
from fraudmatch.sample.registers import World
from fraudmatch.sample.render import render
from fraudmatch.sample.sharing_records import sharing_text
from fraudmatch.sample.streams import AS_AT, EPOCH, Array

#: Partner -> name and Government Statistical Service code.
BODIES = {
    "cheltenham": ("Cheltenham Borough Council", "E07000078"),
    "cotswold": ("Cotswold District Council", "E07000079"),
    "forest_of_dean": ("Forest of Dean District Council", "E07000080"),
    "tewkesbury": ("Tewkesbury Borough Council", "E07000083"),
    "west_oxfordshire": ("West Oxfordshire District Council", "E07000181"),
    "gloucestershire": ("Gloucestershire County Council", "E10000013"),
}


def write_site(world: World, cases: list[Case], out: Path, progress: Callable[[str], None]) -> None:
    """Write everything under `out`; files of the same names are replaced."""
    kinds = extracts()
    references = _references(world, kinds)
    truth = TruthTables(world, references)
    for extract in kinds:
        progress(f"writing {extract.partner} {extract.key}")
        rows = _rows_of(world, extract)
        _write_extract(world, extract, rows, references, out)
        truth.add(extract, rows)
    _put(out / "site.toml", _site_toml())
    for partner in PARTNERS:
        text = sharing_text(extract for extract in kinds if extract.partner == partner)
        _put(out / "partners" / partner / "sharing.toml", text)
    _put(out / "rules" / "parameters" / "housing.toml", _site_parameters())
    _put(out / "README.md", site_guide(world.scale, world.streams.seed))
    key = out / "answer_key"
    for name, content in truth.files().items():
        _put(key / name, content)
    _put(key / "cases.csv", cases_file(world, cases, references))
    _put(key / "README.md", answer_key_guide())


def _put(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _rows_of(world: World, extract: Extract) -> Array:
    """The rows of the extract's owners, shuffled."""
    owners = [PARTNERS.index(owner) for owner in extract.owners]
    rows = np.flatnonzero(np.isin(world[extract.dataset]["partner"], owners))
    return np.asarray(world.streams(f"order {extract.partner} {extract.key}").permutation(rows))


def _references(world: World, kinds: list[Extract]) -> dict[str, pa.Array]:
    """Every row's reference, in the words of the partner who delivers it."""
    texts: dict[str, list[str | None]] = {
        name: [None] * len(register) for name, register in world.registers.items()
    }
    for extract in kinds:
        rows = np.sort(_rows_of(world, extract))
        numbers = 1001 + world.streams(f"reference {extract.partner} {extract.key}").permutation(len(rows))
        mine = texts[extract.dataset]
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True):
            mine[row] = extract.reference(number)
    return {name: pa.array(values, pa.string()) for name, values in texts.items()}


def _write_extract(
    world: World, extract: Extract, rows: Array, references: dict[str, pa.Array], out: Path
) -> None:
    """A delivery and its mapping; a system that holds nothing delivers nothing, as in a very small site."""
    columns = render(world, extract, rows, references)
    rng = world.streams(f"spoil {extract.partner} {extract.key}")
    columns = spoil.spoil(columns, rng, repeat=extract.dataset != "payment")
    broken = spoil.broken_line(columns, extract.file)
    content, positions = file_bytes(columns, extract.file, last_line=broken)
    if len(rows):
        _put(out / "deliveries" / extract.partner / str(extract.file["name"]), content)
    _put(out / "partners" / extract.partner / f"{extract.key}.toml", mapping_text(extract, positions))


def _site_parameters() -> str:
    """What the invented councils lay down themselves, in place of the shipped parameter."""
    since = (EPOCH + dt.timedelta(ONE_LIST_SINCE)).isoformat()
    return f"""# The schemes of these invented councils bar a second application.

[one_list_since]
label = "Day from which the local scheme bars a new application by somebody on another council's list"
unit = "date"
basis = "policy"
in_force = [{{ from = {since}, value = {since}, source = "Invented allocation scheme" }}]
"""


def _site_toml() -> str:
    lines = [
        'name = "Invented six-council partnership"',
        f"as_at = {AS_AT.isoformat()}",
        'sharing = "required"',
    ]
    for partner in PARTNERS:
        name, code = BODIES[partner]
        contact = f"counter.fraud@{partner.replace('_', '-')}.example"
        lines += [
            "",
            "[[partner]]",
            f'id = "{partner}"',
            f'name = "{name}"',
            f'gss = "{code}"',
            f'contact = "{contact}"',
        ]
    return "\n".join(lines) + "\n"
