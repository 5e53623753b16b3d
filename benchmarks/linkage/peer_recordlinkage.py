"""recordlinkage 0.16 as a contestant: its Index, its Compare, and the weights of the same model file.

It has no levels, so its similarities are cut at the thresholds of the model and the match weights
are summed, as its own classifiers would sum them for binary features.
"""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import Any

import contestant


def indexer(model: dict[str, Any]) -> Any:
    """One Block for each pass; a derived key is a column of its own."""
    import recordlinkage

    made = recordlinkage.Index()
    for one in model["pass"]:
        made.block([key.replace(":", "_") for key in one["key"]])
    return made


def comparer(model: dict[str, Any]) -> Any:
    """One feature for each comparison; NaN where a value is missing on either side.

    One job: a second process gets a copy of all records and pairs and was slower (measured).
    """
    import recordlinkage

    made = recordlinkage.Compare()
    for comparison in model["comparison"]:
        column, tests = comparison["columns"][0], {one["when"].split()[0] for one in comparison["levels"]}
        missing = {"label": column, "missing_value": math.nan}
        if "jaro_winkler" in tests:
            made.string(column, column, method="jarowinkler", **missing)
        elif "levenshtein" in tests:
            made.string(column, column, method="levenshtein", **missing)
        else:
            made.exact(column, column, **missing)
    return made


def total(model: dict[str, Any], features: Any) -> Any:
    """Match weights of all pairs in bits, prior included; a missing value weighs nothing."""
    import numpy as np

    made = np.full(len(features), model["prior"])
    for comparison in model["comparison"]:
        similarity = features[comparison["columns"][0]].to_numpy()
        weights = [math.log2(one["m"] / one["u"]) for one in comparison["levels"]]
        held = [
            similarity >= (float(one["when"].partition(" ")[2]) if " " in one["when"] else 1.0) - 1e-9
            for one in comparison["levels"][:-1]
        ]
        made += np.select([np.isnan(similarity), *held], [0.0, *weights[:-1]], weights[-1])
    return made


def main() -> None:
    steps = contestant.Steps()
    parser = contestant.parser(__doc__)
    chosen = parser.parse_args()
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import recordlinkage  # noqa: F401  (three seconds, counted as import)

    steps.lap("import")
    model = contestant.read_model(chosen.model)
    frame = pd.read_parquet(chosen.people, columns=["record_id", *contestant.columns_of(model)])
    frame = frame.set_index("record_id")
    for name in {key for one in model["pass"] for key in one["key"] if key.endswith(":year")}:
        frame[name.replace(":", "_")] = frame[name.split(":")[0]].str[:4]
    steps.lap("read")
    pairs = indexer(model).index(frame)
    steps.lap("index")
    features = comparer(model).compute(pairs, frame)
    steps.lap("compare")
    linked = pairs[total(model, features) >= model["threshold"]]
    steps.lap("weigh")
    one, other = (linked.get_level_values(level).to_numpy() for level in (0, 1))
    left, right = (one < other).choose([other, one]), (one < other).choose([one, other])
    pq.write_table(pa.table({"left": left, "right": right}), chosen.links)
    steps.lap("write")
    contestant.answer(version("recordlinkage"), steps, len(pairs), len(linked))


if __name__ == "__main__":
    main()
