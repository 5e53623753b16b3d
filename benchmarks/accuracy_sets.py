"""The published sets with known answers: how each is laid out for linking, and its answers.

Where a file names its own rows and can be read as it is, it is linked as published. Where rows
have no name of their own, or several files make one, a copy is written with a column `row`.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

#: source_ref -> (true entity, scope). Pairs are judged inside one scope: where answers are known
#: per council only, a pair across councils is neither right nor wrong.
Answer = dict[str, tuple[str, str]]

Prepared = tuple[list[Path], list[Answer]]
Cells = Mapping[str, str]


@dataclass(frozen=True)
class AnswerSet:
    """A set with answers.

    Attributes:
        title: what it is, for readers. model: the shipped model.
        mappings: files of tests/real/link, one for each file or one for all.
        prepare: (data folder, scratch folder) -> files to link and their answers.
    """

    name: str
    title: str
    model: str
    mappings: tuple[str, ...]
    prepare: Callable[[Path, Path], Prepared]


def _rows(path: Path) -> list[dict[str, str]]:
    packed = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), skipinitialspace=True))


def _numbered(path: Path, rows: Iterable[Cells]) -> list[Cells]:
    """Write rows with a column `row` that names each, and give them back."""
    made: list[Cells] = [{"row": f"{number:06d}", **row} for number, row in enumerate(rows, 1)]
    return _written(path, made)


def _written(path: Path, rows: list[Cells]) -> list[Cells]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return rows


def _febrl_paths(data: Path) -> list[Path]:
    return [data / "febrl" / f"dataset4{part}.csv.gz" for part in "ab"]


def _febrl_dedupe(number: int) -> Callable[[Path, Path], Prepared]:
    """FEBRL 1, 2 or 3: one file that holds a person several times; the number as in `_febrl4`."""

    def prepare(data: Path, scratch: Path) -> Prepared:
        rows = _with_nino(_rows(data / "febrl" / f"dataset{number}.csv.gz"))
        path = scratch / f"dataset{number}.csv"
        _written(path, rows)
        return [path], [_febrl_answer(rows)]

    return prepare


def _febrl_answer(rows: Iterable[Cells]) -> Answer:
    """Truth: the number in rec-N-org and rec-N-dup-0."""
    return {row["rec_id"]: (row["rec_id"].split("-")[1], "") for row in rows}


def _febrl4_plain(data: Path, scratch: Path) -> Prepared:
    paths = _febrl_paths(data)
    return paths, [_febrl_answer(_rows(path)) for path in paths]


#: Prefixes that NI numbers may have, one for each first digit of a seven-digit number.
_PREFIXES = ("AA", "AB", "AC", "AE", "AG", "AH", "AJ", "AK", "AL", "AM")


def _febrl4(data: Path, scratch: Path) -> Prepared:
    """As published, but the seven-digit social security number is written as an NI number.

    Ours are two letters and six digits, so the first digit becomes two letters. Equal numbers
    stay equal and a wrong digit stays one or two wrong characters.
    """
    paths, answers = [], []
    for source in _febrl_paths(data):
        rows = _with_nino(_rows(source))
        path = scratch / source.name.removesuffix(".gz")
        _written(path, rows)
        paths.append(path)
        answers.append(_febrl_answer(rows))
    return paths, answers


def _with_nino(rows: Iterable[dict[str, str]]) -> list[Cells]:
    return [row | {"nino": _as_nino(row["soc_sec_id"].strip())} for row in rows]


def _as_nino(number: str) -> str:
    return _PREFIXES[int(number[0])] + number[1:] if len(number) == 7 and number.isdigit() else ""


def _historical(data: Path, scratch: Path) -> Prepared:
    path = data / "historical_figures_50k" / "historical_figures.parquet"
    table = pq.read_table(path, columns=["unique_id", "cluster"])
    pairs = zip(table["unique_id"].to_pylist(), table["cluster"].to_pylist(), strict=True)
    return [path], [{ref: (cluster, "") for ref, cluster in pairs}]


def _fake_1000(data: Path, scratch: Path) -> Prepared:
    path = data / "splink_fake_1000" / "fake_1000.csv"
    return [path], [{row["unique_id"]: (row["cluster"], "") for row in _rows(path)}]


_SENZING = (
    "DATA_SOURCE", "RECORD_ID", "PRIMARY_NAME_FIRST", "PRIMARY_NAME_MIDDLE", "PRIMARY_NAME_LAST",
    "PRIMARY_NAME_ORG", "SECONDARY_NAME_ORG", "GENDER", "DATE_OF_BIRTH", "ADDR_FULL", "ADDR_LINE1",
    "ADDR_CITY", "ADDR_POSTAL_CODE", "PHONE_NUMBER", "EMAIL_ADDRESS",
)  # fmt: skip


def _senzing(kind: str) -> Callable[[Path, Path], Prepared]:
    """Customers, reference and watch list as one file, of one record type."""

    def prepare(data: Path, scratch: Path) -> Prepared:
        folder = data / "senzing_truthset"
        key = {
            f"{row['DATA_SOURCE']}-{row['RECORD_ID']}": (row["CLUSTER_ID"], "")
            for row in _rows(folder / "actual_truthset_key.csv")
        }
        rows = [
            row for name in ("customers", "reference", "watchlist") for row in _rows(folder / f"{name}.csv")
        ]
        made: list[Cells] = [
            {name: row.get(name) or "" for name in _SENZING}
            | {"FULL_NAME": row.get("PRIMARY_NAME_FULL") or row.get("NATIVE_NAME_FULL") or ""}
            for row in rows
            if row["RECORD_TYPE"] == kind
        ]
        path = scratch / "senzing.csv"
        _written(path, made)
        refs = [f"{row['DATA_SOURCE']}-{row['RECORD_ID']}" for row in made]
        return [path], [{ref: key[ref] for ref in refs}]

    return prepare


_PSEUDOPEOPLE = {
    "electoral": "electoral_like_census_2020",
    "benefit": "benefit_like_wic_2020",
    "payroll": "payroll_like_w2_2019",
    "deaths": "deaths_and_ssn_like_ssa_2020",
}


def _pseudopeople(left: str, right: str, events: tuple[str, ...] = ()) -> Callable[[Path, Path], Prepared]:
    """Two files of the simulated population, rows numbered; truth: the simulant."""

    def prepare(data: Path, scratch: Path) -> Prepared:
        paths, answers = [], []
        for name in (left, right):
            path = scratch / f"{name}.csv"
            rows = _rows(data / "pseudopeople_sample" / f"{_PSEUDOPEOPLE[name]}.csv.gz")
            kept = [row for row in rows if name != "deaths" or not events or row["event_type"] in events]
            made = _numbered(path, kept)
            paths.append(path)
            answers.append({row["row"]: (row["simulant_id"], "") for row in made})
        return paths, answers

    return prepare


def _suppliers(data: Path, scratch: Path) -> Prepared:
    """One row per name of a supplier; truth: council and supplier id, judged within a council."""
    path = scratch / "suppliers.csv"
    known = [
        row for row in _rows(data / "uk_supplier_name_truth" / "supplier_names.csv.gz") if row["supplier_id"]
    ]
    made = _numbered(path, known)
    return [path], [{row["row"]: (row["supplier_id"], row["council"]) for row in made}]


def _across(data: Path, scratch: Path) -> Prepared:
    """Suppliers of Devon's and of Trafford's payments that have a VAT number, by name.

    One row for each name and number of a council; truth: the number.
    """
    devon = sorted((data / "devon_spending").glob("DCC*.csv.gz"))
    trafford = sorted((data / "trafford_spending").glob("trafford-supplier-spend-*.csv.gz"))
    paths, answers = [], []
    for council, files, headings in (
        ("devon", devon, ("supplier name", "vat reg no")),
        ("trafford", trafford, ("beneficiaryname", "vatregistrationnumber")),
    ):
        known = sorted({pair for file in files for pair in _names_with_vat(file, *headings)})
        path = scratch / f"{council}.csv"
        made = _numbered(path, [{"name": name, "vat": vat} for name, vat in known])
        paths.append(path)
        answers.append({row["row"]: (row["vat"], "") for row in made})
    return paths, answers


def _names_with_vat(path: Path, name: str, vat: str) -> Iterable[tuple[str, str]]:
    """(name, nine digits) of the rows that have both; some months are in cp1252."""
    content = gzip.decompress(path.read_bytes())
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    rows = csv.reader(io.StringIO(text, newline=""))
    headings = [" ".join(cell.lower().split()) for cell in next(rows)]
    at, number = headings.index(name), headings.index(vat)
    for row in rows:
        digits = row[number].strip().removeprefix("GB")
        if len(digits) == 9 and digits.isdigit() and row[at].strip():
            yield row[at].strip(), digits


_ALL = (
    AnswerSet("febrl1", "FEBRL 1, one file", "person", ("febrl4.toml",), _febrl_dedupe(1)),
    AnswerSet("febrl2", "FEBRL 2, one file", "person", ("febrl4.toml",), _febrl_dedupe(2)),
    AnswerSet("febrl3", "FEBRL 3, one file", "person", ("febrl4.toml",), _febrl_dedupe(3)),
    AnswerSet("febrl4", "FEBRL 4, two files", "person", ("febrl4.toml",), _febrl4),
    AnswerSet("febrl4_plain", "FEBRL 4 without the number", "person", ("febrl4_plain.toml",), _febrl4_plain),
    AnswerSet("historical", "historical figures, a part", "person", ("historical_figures.toml",), _historical),
    AnswerSet("fake_1000", "Splink's invented people", "person", ("fake_1000.toml",), _fake_1000),
    AnswerSet("senzing_people", "Senzing, people", "person", ("senzing_people.toml",), _senzing("PERSON")),
    AnswerSet("senzing_organisations", "Senzing, organisations", "organisation",
              ("senzing_organisations.toml",), _senzing("ORGANIZATION")),
    AnswerSet("register_payroll", "pseudopeople, register × payroll", "person",
              ("pseudopeople_register.toml", "pseudopeople_payroll.toml"), _pseudopeople("electoral", "payroll")),
    AnswerSet("register_deaths", "pseudopeople, register × deaths", "person",
              ("pseudopeople_register.toml", "pseudopeople_deaths.toml"),
              _pseudopeople("electoral", "deaths", ("death",))),
    AnswerSet("payroll_deaths", "pseudopeople, payroll × deaths", "person",
              ("pseudopeople_payroll.toml", "pseudopeople_deaths.toml"),
              _pseudopeople("payroll", "deaths", ("death",))),
    AnswerSet("register_numbers", "pseudopeople, register × all numbers issued", "person",
              ("pseudopeople_register.toml", "pseudopeople_deaths.toml"), _pseudopeople("electoral", "deaths")),
    AnswerSet("register_benefit", "pseudopeople, register × benefit", "person",
              ("pseudopeople_register.toml", "pseudopeople_benefit.toml"), _pseudopeople("electoral", "benefit")),
    AnswerSet("supplier_names", "supplier names of four councils", "organisation",
              ("supplier_names.toml",), _suppliers),
    AnswerSet("supplier_across", "names of suppliers, Devon × Trafford", "organisation",
              ("supplier_names.toml",), _across),
    AnswerSet("supplier_numbers", "suppliers of four councils, with VAT and company numbers", "organisation",
              ("supplier_numbers.toml",), _suppliers),
)  # fmt: skip

#: The sets by name, in the order of the table.
SETS: dict[str, AnswerSet] = {one.name: one for one in _ALL}
