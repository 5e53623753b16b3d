"""How the published files load: rows by reason, and what a draft makes of their headings.

    python benchmarks/published.py                  all sites of tests/real
    python benchmarks/published.py spending people  some of them

Prints the table of benchmarks/README.md. Files of one layout (mapping, encoding and headings) are one line. The
mappings stand in tests/real/sites, the files in a data folder outside the repository.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "real"))

from accuracy import data_folder
from real_sites import FILES, lay_out, taken_in

from fraudmatch.extract.draft import draft_mapping
from fraudmatch.extract.load import load_mapping
from fraudmatch.extract.mapping import FieldSource, Mapping
from fraudmatch.schemas import is_fatal


@dataclass
class Layout:
    """Files of one mapping, encoding and row of headings.

    Attributes:
        received / loaded: rows. aside: reason -> rows that were set aside.
        guessed: the data set a draft takes them for.
        right / mapped / wrong: fields the draft fills from the columns the mapping names, fields of the mapping,
            and fields it fills otherwise.
    """

    name: str
    dataset: str
    form: str
    files: int = 0
    received: int = 0
    loaded: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    guessed: str = ""
    right: int = 0
    mapped: int = 0
    wrong: int = 0


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sites", nargs="*", help=f"of {', '.join(FILES)}")
    chosen = parser.parse_args()
    data = data_folder()
    if not data.is_dir():
        print("There is no data folder: name it in FRAUDMATCH_DATA.", file=sys.stderr)
        return 1
    layouts: list[Layout] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in chosen.sites or FILES:
            layouts += _measure(lay_out(name, data, Path(scratch)))
    print("\n".join(_table(layouts)))
    return 0


def _measure(site: Path) -> Iterator[Layout]:
    """The layouts of one site."""
    prepared = taken_in(site)
    rejects = prepared.rejects.filter(is_fatal(prepared.rejects)).to_pylist()
    found: dict[tuple[Any, ...], Layout] = {}
    for one in prepared.deliveries.to_pylist():
        path = site / "deliveries" / one["partner"] / one["file"]
        mapping = _mapping_of(site / "partners" / one["partner"], path.name)
        encoding, headings = _looks(path, mapping)
        key = (one["partner"], mapping.slot, encoding, headings)
        if key not in found:
            found[key] = _drafted(path, mapping, f"{one['partner']}/{mapping.slot}", encoding)
        layout = found[key]
        layout.files += 1
        layout.received += one["received"]
        layout.loaded += one["loaded"]
        layout.aside.update(
            row["reason"]
            for row in rejects
            if (row["partner"], row["file"]) == (one["partner"], one["file"]) and row["source_row"]
        )
    yield from found.values()


def _mapping_of(folder: Path, file: str) -> Mapping:
    return next(one for one in map(load_mapping, sorted(folder.glob("*.toml"))) if one.fits(file))


def _looks(path: Path, mapping: Mapping) -> tuple[str, str]:
    """How a file is encoded (with its marks and line ends), and its line of headings."""
    if mapping.file.format == "parquet":
        return "Parquet", ""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    marked = content.startswith(b"\xef\xbb\xbf")
    kind = "ASCII" if content.isascii() else "UTF-8" if _is_utf8(content) else "cp1252"
    ends = "CRLF" if b"\r\n" in content else "LF" if b"\n" in content else "CR"
    delimiter = {",": "comma", "\t": "tab"}[mapping.file.delimiter]
    headings = content.splitlines()[0].decode("utf-8-sig", "replace")
    return f"{'UTF-8 with mark' if marked else kind}, {delimiter}, {ends}", headings


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _drafted(path: Path, mapping: Mapping, name: str, form: str) -> Layout:
    """What a draft of the file says beside its mapping: the data set guessed alone, the fields once it is told."""
    guessed = tomllib.loads(draft_mapping(path))["dataset"]
    draft = tomllib.loads(draft_mapping(path, dataset=mapping.dataset))
    ours = {name: _columns(source, draft) for name, source in mapping.fields.items() if source.headings}
    ours = {name: columns for name, columns in ours.items() if columns}
    theirs = {
        name: _columns(FieldSource.model_validate(source), draft) for name, source in draft["fields"].items()
    }
    right = sum(theirs.get(name) == columns for name, columns in ours.items())
    return Layout(
        name, mapping.dataset, form, guessed=guessed, right=right, mapped=len(ours), wrong=len(theirs) - right
    )


def _columns(source: FieldSource, draft: dict[str, Any]) -> frozenset[str]:
    """The columns of the file a field reads, without case and outer blanks; those it has not are left out."""
    own = {heading.casefold() for heading in _headings(draft)}
    present = [heading.strip().casefold() for heading in source.headings]
    here = [heading for heading in present if heading in own]
    return frozenset(here[:1] if source.column else here)


def _headings(draft: dict[str, Any]) -> set[str]:
    """Every heading of the file: a draft reads each or lists it as not wanted."""
    read = [FieldSource.model_validate(source).headings for source in draft["fields"].values()]
    return {heading for headings in read for heading in headings} | set(draft["ignore"]["columns"])


def _table(layouts: list[Layout]) -> Iterator[str]:
    yield "| layout | data set | form | files | received | loaded | set aside | data set of a draft | fields of a draft |"
    yield "|---|---|---|--:|--:|--:|---|---|---|"
    for one in layouts:
        aside = ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(one.aside.items())) or "–"
        guess = "right" if one.guessed == one.dataset else one.guessed
        wrong = f", {one.wrong} otherwise" if one.wrong else ""
        yield (
            f"| {one.name} | {one.dataset} | {one.form} | {one.files} | {one.received:,} | {one.loaded:,} | {aside} "
            f"| {guess} | {one.right} of {one.mapped}{wrong} |"
        )
    yield (
        f"| **{len(layouts)} layouts** | | | {sum(one.files for one in layouts)} | "
        f"{sum(one.received for one in layouts):,} | {sum(one.loaded for one in layouts):,} | "
        f"{sum(one.received - one.loaded for one in layouts):,} | "
        f"{sum(one.guessed == one.dataset for one in layouts)} right | "
        f"{sum(one.right for one in layouts)} of {sum(one.mapped for one in layouts)}, "
        f"{sum(one.wrong for one in layouts)} otherwise |"
    )


if __name__ == "__main__":
    raise SystemExit(main())
