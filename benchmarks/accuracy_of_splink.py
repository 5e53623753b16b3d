"""Splink 5 on one answer set, with the settings and the training its own examples give that set.

    .venv-peers/bin/python benchmarks/accuracy_of_splink.py SET RECORDS PAIRS

RECORDS is a Parquet file of the set's columns with `row` (a number for each record) and `file`
(0 or 1). Writes every candidate pair with its match probability to PAIRS (left, right: rows).
Keys, comparisons, deterministic rules, assumed recall, sample sizes and seeds are those of the
examples that come with Splink 5.0: "Linking a dataset of real historical persons" (historical),
"Deduplicating the febrl3 dataset" (febrl3), "Linking the febrl4 datasets", detailed model (febrl4),
and "Evaluation when you have fully labelled data" (fake_1000).
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """What an example does, in its order.

    Attributes:
        keys: blocking rules. comparisons: made when called, since Splink is imported late.
        certain: rules whose pairs are taken as true, to estimate the prior; recall: the share of
            the true pairs they are taken to find.
        u_pairs / seed: of the sample for u; seed None where the example has none.
        sessions: one EM training for each blocking rule. fast: without term frequencies, as the
            example says or not.
        more: SQL columns added to the file's. two: links two files.
    """

    keys: list[Any]
    comparisons: Callable[[Any], list[Any]]
    certain: list[Any]
    recall: float
    u_pairs: float
    sessions: list[Any]
    seed: int | None = None
    fast: bool = False
    more: str = ""
    two: bool = False


def _historical(cl: Any) -> list[Any]:
    return [
        cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="both_names"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode_fake"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ]


def _febrl3(cl: Any) -> list[Any]:
    return [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]


def _febrl4(cl: Any) -> list[Any]:
    return [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]


def _fake_1000(cl: Any) -> list[Any]:
    return [
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ]


def historical() -> Recipe:
    """The example of real historical persons."""
    from splink import block_on

    area, first = "substr(postcode_fake,1,3)", "substr(first_name,1,2)"
    return Recipe(
        keys=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            *(block_on(area, other) for other in ("dob", "first_name", "surname")),
            block_on(first, "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        comparisons=_historical,
        certain=[
            block_on("first_name", "surname", "dob"),
            block_on(first, "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        recall=0.6,
        u_pairs=1e7,
        sessions=[block_on("first_name", "surname"), block_on("dob")],
        fast=True,
        more=", first_name || ' ' || surname as both_names",
    )


_SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"


def febrl3() -> Recipe:
    """The example of one FEBRL file."""
    from splink import block_on

    keys = ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
    return Recipe(
        keys=[block_on(column) for column in keys],
        comparisons=_febrl3,
        certain=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            f"{_SWAPPED} and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
        u_pairs=1e6,
        seed=2,
        sessions=[block_on("date_of_birth"), block_on("postcode")],
    )


def febrl4() -> Recipe:
    """The example of two FEBRL files, the more detailed of its two models."""
    from splink import block_on

    return Recipe(
        keys=[
            block_on("given_name", "surname"),
            _SWAPPED,
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        comparisons=_febrl4,
        certain=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        recall=0.8,
        u_pairs=1e6,
        sessions=[block_on("date_of_birth"), block_on("postcode")],
        fast=True,
        two=True,
    )


def fake_1000() -> Recipe:
    """The example of evaluation with labels."""
    from splink import block_on

    near = "levenshtein(l.dob, r.dob) <= 1"
    return Recipe(
        keys=[block_on(column) for column in ("first_name", "surname", "dob", "email")],
        comparisons=_fake_1000,
        certain=[
            f"l.first_name = r.first_name and {near}",
            f"l.surname = r.surname and {near}",
            "l.first_name = r.first_name and levenshtein(l.surname, r.surname) <= 2",
            "l.email = r.email",
        ],
        recall=0.7,
        u_pairs=1e6,
        seed=5,
        sessions=[block_on("dob"), block_on("email"), block_on("first_name", "surname")],
        fast=True,
    )


RECIPES = {"historical": historical, "febrl3": febrl3, "febrl4": febrl4, "fake_1000": fake_1000}


def predicted(recipe: Recipe, records: str, connection: Any) -> str:
    """Train and predict; give the name of the table of all candidate pairs."""
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator
    from splink.backends.duckdb import DuckDBAPI

    settings = SettingsCreator(
        link_type="link_only" if recipe.two else "dedupe_only",
        unique_id_column_name="row",
        blocking_rules_to_generate_predictions=recipe.keys,
        comparisons=recipe.comparisons(cl),
    )
    api, frames = DuckDBAPI(connection), []
    for file in (0, 1) if recipe.two else (0,):
        columns = f"* exclude (file){recipe.more}"
        sql = f"create table file_{file} as select {columns} from '{records}' where file = {file}"
        connection.execute(sql).fetchall()
        frames.append(api.register(f"file_{file}", dataset_display_name=f"file_{file}"))
    linker = Linker(frames if recipe.two else frames[0], settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(recipe.certain, recall=recipe.recall)
    seed = {} if recipe.seed is None else {"seed": recipe.seed}
    training.estimate_u_using_random_sampling(max_pairs=recipe.u_pairs, **seed)
    for rule in recipe.sessions:
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=recipe.fast
        )
    return str(linker.inference.predict().physical_name)


def main() -> None:
    import duckdb

    name, records, out = sys.argv[1:]
    logging.getLogger("splink").setLevel(logging.ERROR)
    recipe, begun = RECIPES[name](), time.perf_counter()
    connection = duckdb.connect(config={"threads": 2})
    pairs = predicted(recipe, records, connection)
    seconds = time.perf_counter() - begun
    connection.execute(
        f'copy (select row_l as "left", row_r as "right", match_probability from {pairs}) '
        f"to '{out}' (format parquet)"
    ).fetchall()
    print(json.dumps({"version": version("splink"), "seconds": seconds}))


if __name__ == "__main__":
    main()
