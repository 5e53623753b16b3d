"""Reading a mapping file: every fault of form and of sense, all at once, with its key path."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from fraudmatch import schemas
from fraudmatch.errors import MappingError, Problem
from fraudmatch.extract.headings import did_you_mean, nearest
from fraudmatch.extract.mapping import Council, DeliveryForm, FieldSource, FileForm, Ignore, Mapping
from fraudmatch.extract.mapping_tables import Quarantine
from fraudmatch.extract.values.dates import EXCEL, parse_dates, reads_two_ways
from fraudmatch.extract.values.spreadsheets import LENGTHS

#: Fields that hold a month: their date formats may leave out the day.
MONTHS = frozenset({"birth_month"})

_TABLES = ("dataset", "note", "file", "council", "ignore", "delivery", "quarantine", "fields")
_PARTS: dict[str, type[BaseModel]] = {"file": FileForm, "council": Council, "ignore": Ignore,
                                     "delivery": DeliveryForm, "quarantine": Quarantine}  # fmt: skip


def load_mapping(path: Path) -> Mapping:
    """The mapping in the TOML file `path`.

    Raises:
        MappingError: the file is missing, no TOML, or holds faults; carries a Problem with
            file, key path and mend for every one of them.
    """
    raw = _read_toml(path)
    faults = _Faults(path.name)
    parts = {name: _part(raw, name, faults) for name in _PARTS}
    _check_top(raw, faults)
    sources = dict(_sources(raw, faults))
    dataset = schemas.DATASETS.get(str(raw.get("dataset")))
    if dataset is not None:
        _check_fields(dataset, sources, raw, faults)
    if isinstance(parts["file"], FileForm):
        _check_date_formats(parts["file"], sources, dataset, faults)
        _check_total(parts["file"], sources, dataset, faults)
    if faults.problems:
        raise MappingError(f"The mapping {path} has faults.", problems=faults.problems)
    return Mapping.model_validate({**raw, "path": path})


def problems_of(error: MappingError, file: str) -> list[Problem]:
    """What is wrong with one mapping, under the name `file`."""
    if not error.problems:
        return [Problem(file, "", error.message, error.remedy)]
    return [Problem(file, problem.where, problem.what, problem.remedy) for problem in error.problems]


@dataclass
class _Faults:
    """The problems of one file so far."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, what: str, remedy: str = "") -> None:
        self.problems.append(Problem(self.file, where, what, remedy))

    def add_from(self, error: ValidationError, prefix: str, known: Iterable[str]) -> None:
        """Pydantic's findings, unknown keys with the nearest known one."""
        for fault in error.errors(include_url=False, include_input=False, include_context=False):
            where = ".".join([prefix, *(str(part) for part in fault["loc"])])
            if fault["type"] == "extra_forbidden":
                self.add(where, "unknown key.", did_you_mean(str(fault["loc"][-1]), known))
            else:
                self.add(where, f"{fault['msg'].removeprefix('Value error, ')}.")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        siblings = [other.name for other in path.parent.glob("*.toml")]
        hint = did_you_mean(path.name, siblings) or "Draft one with: fraudmatch mapping draft FILE"
        raise MappingError(f"There is no mapping {path}.", remedy=hint) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(
            f"The mapping {path} is not a TOML file: {error}.", remedy="Correct the place named."
        ) from error


def _keys(model: type[BaseModel]) -> list[str]:
    return sorted(known.alias or name for name, known in model.model_fields.items())


def _part(raw: dict[str, Any], name: str, faults: _Faults) -> BaseModel | None:
    """One table of the file as its model; null when absent or faulty."""
    if name not in raw:
        return None
    try:
        return _PARTS[name].model_validate(raw[name])
    except ValidationError as error:
        faults.add_from(error, name, _keys(_PARTS[name]))
        return None


def _check_top(raw: dict[str, Any], faults: _Faults) -> None:
    for key in sorted(set(raw) - set(_TABLES)):
        faults.add(key, "unknown key.", did_you_mean(key, _TABLES))
    for key in ("dataset", "file", "fields"):
        if key not in raw:
            faults.add(key, "is missing.")
    if not isinstance(raw.get("note", ""), str):
        faults.add("note", "is a text.")
    dataset = raw.get("dataset")
    if dataset is not None and not isinstance(dataset, str):
        faults.add("dataset", "is a text.")
    elif dataset is not None and dataset not in schemas.DATASETS:
        remedy = did_you_mean(dataset, schemas.DATASETS) or f"Known: {', '.join(schemas.DATASETS)}."
        faults.add("dataset", f"there is no data set {dataset!r}.", remedy)


def _sources(raw: dict[str, Any], faults: _Faults) -> Iterator[tuple[str, FieldSource]]:
    """The entries of [fields] whose form is right."""
    table = raw.get("fields", {})
    if not isinstance(table, dict):
        faults.add("fields", "is a table.")
        return
    for name, entry in table.items():
        try:
            yield name, FieldSource.model_validate(entry)
        except ValidationError as error:
            faults.add_from(error, f"fields.{name}", _keys(FieldSource))


def _check_fields(
    dataset: schemas.Dataset, sources: Keyed[str, FieldSource], raw: dict[str, Any], faults: _Faults
) -> None:
    """Whether the fields exist, can hold what is put in them, and the keys are filled."""
    names = [known.name for known in dataset.fields]
    given = raw.get("fields")
    for name in given if isinstance(given, dict) else ():
        if name not in names:
            remedy = did_you_mean(name, names) or "See docs/datasets.md."
            faults.add(f"fields.{name}", f"the data set {dataset.name} has no such field.", remedy)
    for known in dataset.fields:
        source = sources.get(known.name)
        if source is not None:
            _check_source(known, source, faults)
        elif known.key and not (isinstance(given, dict) and known.name in given):
            faults.add(
                f"fields.{known.name}",
                "must be filled.",
                "Name its column, or join columns that name the row.",
            )


def _check_source(known: schemas.Field, source: FieldSource, faults: _Faults) -> None:
    where = f"fields.{known.name}"
    allowed = {
        "formats": (bool(source.formats), {"date"}),
        "day": (source.date_parts is not None, {"date"}),
        "money": (source.money is not None, {"pence"}),
        "scale": (source.scale != 1, {"integer"}),
        "codes": (bool(source.codes), {"code", "flag"}),
        "negative_marks": (bool(source.negative_marks), {"pence", "integer"}),
        "positive_marks": (bool(source.positive_marks), {"pence", "integer"}),
        "zero_values": (bool(source.zero_values), {"pence", "integer"}),
        "units": (bool(source.units), {"pence", "integer"}),
        "join": (bool(source.join), {"text"}),
        "with": (source.with_ != " ", {"text"}),
    }
    for key, (used, kinds) in allowed.items():
        if used and known.kind not in kinds:
            faults.add(
                f"{where}.{key}",
                f"is for fields of kind {' or '.join(sorted(kinds))}; this one is {known.kind}.",
            )
    if source.lost_zeros and known.name not in LENGTHS:
        faults.add(
            f"{where}.lost_zeros", f"is for {' and '.join(LENGTHS)}: other numbers have no fixed length."
        )
    if known.key and (source.optional or source.constant is not None):
        faults.add(where, "names the row, so it cannot be optional or constant.")
    _check_codes(known, source, where, faults)
    if source.constant is not None:
        _check_constant(known, source.constant, where, faults)


def _check_codes(known: schemas.Field, source: FieldSource, where: str, faults: _Faults) -> None:
    words = known.codes if known.kind == "code" else ("true", "false")
    for code, word in source.codes.items():
        if known.kind in {"code", "flag"} and word not in words:
            close = nearest(word, words)
            hint = f"Did you mean {close!r}?" if close else f"Allowed: {', '.join(words)}."
            faults.add(f"{where}.codes.{code}", f"{word!r} is no value of {known.name}.", hint)


def _check_constant(known: schemas.Field, text: str, where: str, faults: _Faults) -> None:
    whole = text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()
    sound, shape = {
        "text": (bool(text.strip()), "not blank"),
        "date": (_is_day(text), "a date such as 2026-04-01"),
        "pence": (whole, "whole pence"),
        "integer": (whole, "a whole number"),
        "flag": (text in {"true", "false"}, "true or false"),
        "code": (text in known.codes, f"one of {', '.join(known.codes)}"),
    }[known.kind]
    if not sound:
        faults.add(f"{where}.constant", f"must be {shape}.")


def _is_day(text: str) -> bool:
    import pyarrow as pa

    return bool(parse_dates(pa.array([text]), ("%Y-%m-%d",)).is_valid()[0].as_py())


def _check_date_formats(
    form: FileForm, sources: Keyed[str, FieldSource], dataset: schemas.Dataset | None, faults: _Faults
) -> None:
    """Dates need a format, and no text may be two days at once."""
    _check_order(form.date_formats, "file.date_formats", faults)
    text_file = form.format in {"delimited", "fixed_width"}
    for name, source in sources.items():
        _check_order(source.formats, f"fields.{name}.formats", faults)
        dayless = [
            text for text in source.formats if name not in MONTHS and "%d" not in text and text != EXCEL
        ]
        for text in dayless:
            faults.add(
                f"fields.{name}.formats", f"{text} has no day.", "Only a month of birth is read without one."
            )
        known = dataset.field(name) if dataset else None
        undeclared = text_file and bool(source.column) and not (source.formats or form.date_formats)
        if known is not None and known.kind == "date" and undeclared:
            remedy = "Set file.date_formats, or formats here."
            faults.add(f"fields.{name}", "is a date and no format is declared.", remedy)


def _check_total(
    form: FileForm, sources: Keyed[str, FieldSource], dataset: schemas.Dataset | None, faults: _Faults
) -> None:
    """The field a trailer totals must be an amount that is read from the file."""
    of = form.trailer.of if form.trailer else None
    if of is None or dataset is None:
        return
    amounts = [f.name for f in dataset.fields if f.kind == "pence" and f.name in sources]
    if of not in amounts:
        remedy = did_you_mean(of, amounts) or f"Amounts of this mapping: {', '.join(amounts) or 'none'}."
        faults.add("file.trailer.of", f"{of!r} is no amount among [fields].", remedy)


def _check_order(formats: tuple[str, ...], where: str, faults: _Faults) -> None:
    clash = reads_two_ways(formats)
    if clash:
        faults.add(where, f"{clash[0]} and {clash[1]} read one text as different days.", "Keep one of them.")
