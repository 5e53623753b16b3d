"""Splink 5 on DuckDB as a contestant: the same keys, levels, m and u, from the same model file.

peer_splink.py PEOPLE MODEL LINKS                  predict with the chances of the model
peer_splink.py PEOPLE MODEL LINKS --train          train as documented instead, to know how long it takes
peer_splink.py PEOPLE MODEL LINKS --every-pair     write all candidate pairs with their levels
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import contestant

Lengths = dict[str, tuple[int, int]]


def level(column: str, written: dict[str, Any], lengths: Lengths) -> Any:
    """One level of a model file as Splink's."""
    import splink.comparison_level_library as levels

    word, _, number = written["when"].partition(" ")
    if word == "exact":
        made = levels.ExactMatchLevel(column)
    elif word == "jaro_winkler":
        made = levels.JaroWinklerLevel(column, float(number))
    elif word == "levenshtein":
        made = levels.LevenshteinLevel(column, contestant.edits(float(number), lengths[column]))
    elif word == "otherwise":
        made = levels.ElseLevel()
    else:
        raise ValueError(f"{word} has no counterpart here.")
    return made.configure(m_probability=written["m"], u_probability=written["u"])


def edited(model: dict[str, Any]) -> list[str]:
    """The columns whose edits are counted, sorted."""
    return sorted(
        comparison["columns"][0]
        for comparison in model["comparison"]
        if any(one["when"].startswith("levenshtein") for one in comparison["levels"])
    )


def settings(model: dict[str, Any], lengths: Lengths, levels_too: bool = False) -> Any:
    """The model as Splink's settings; a missing value is no evidence in both.

    Args:
        lengths: of the columns whose edits are counted. levels_too: keep every pair's levels.
    """
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import SettingsCreator, block_on

    made = []
    for comparison in model["comparison"]:
        column = comparison["columns"][0]
        found = [levels.NullLevel(column)] + [level(column, one, lengths) for one in comparison["levels"]]
        made.append(comparisons.CustomComparison(output_column_name=column, comparison_levels=found))
    odds = 2.0 ** model["prior"]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        probability_two_random_records_match=odds / (1 + odds),
        comparisons=made,
        blocking_rules_to_generate_predictions=[block_on(*map(key, one["key"])) for one in model["pass"]],
        retain_matching_columns=levels_too,
        retain_intermediate_calculation_columns=levels_too,
    )


def key(expression: str) -> str:
    """A column expression of a model file in SQL."""
    column, _, derivation = expression.partition(":")
    if derivation not in ("", "year"):
        raise ValueError(f"{expression} has no counterpart here.")
    return f"substr({column}, 1, 4)" if derivation else column


def train(linker: Any) -> None:
    """u from random pairs, m by EM over two blockings that between them leave every column free."""
    from splink import block_on

    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("surname", "dob"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("postcode", "forename"))


def load(connection: Any, people: Path, model: dict[str, Any]) -> Lengths:
    """Read what the model needs into a table `people`; the lengths of the columns whose edits count."""
    columns = ", ".join(contestant.columns_of(model))
    rows(connection, f"create table people as select record_id, {columns} from '{people}'")
    return {
        column: rows(connection, f"select min(length({column})), max(length({column})) from people")[0]
        for column in edited(model)
    }


def rows(connection: Any, sql: str) -> list[Any]:
    """Run a statement to its end: DuckDB 2 allows no other before."""
    return list(connection.execute(sql).fetchall())


def write(connection: Any, pairs: str, out: Path, levels_too: bool) -> int:
    """Write the pairs of a table of Splink's, the smaller record first; how many there are."""
    low, high = "least(record_id_l, record_id_r)", "greatest(record_id_l, record_id_r)"
    more = ", match_weight, columns('gamma_.*')" if levels_too else ""
    made = f'select {low}::bigint as "left", {high}::bigint as "right"{more} from {pairs}'
    rows(connection, f"copy ({made}) to '{out}' (format parquet)")
    return int(rows(connection, f"select count(*) from {pairs}")[0][0])


def main() -> None:
    steps = contestant.Steps()
    parser = contestant.parser(__doc__)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--every-pair", action="store_true")
    chosen = parser.parse_args()
    import logging

    import duckdb
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    steps.lap("import")
    model = contestant.read_model(chosen.model)
    connection = duckdb.connect(config={"threads": chosen.threads})
    lengths = load(connection, chosen.people, model)
    steps.lap("read")
    frame = DuckDBAPI(connection).register("people")
    linker = Linker(frame, settings(model, lengths, chosen.every_pair))
    count = 0
    if chosen.train:
        train(linker)
        steps.lap("train")
    else:
        found = linker.inference.predict(threshold_match_probability=None if chosen.every_pair else 0.5)
        steps.lap("predict")
        count = write(connection, found.physical_name, chosen.links, chosen.every_pair)
        steps.lap("write")
    pairs = count if chosen.every_pair else None
    contestant.answer(version("splink"), steps, pairs, count, duckdb=version("duckdb"))


if __name__ == "__main__":
    main()
