"""Rows that stand for several records: which entity they are, and what is left out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fraudmatch.evaluation.linking import Linking
from fraudmatch.evaluation.truth import entity_of_rows, truth_of_entities
from fraudmatch.linkage import load_model


def linking(rows: int) -> Linking:
    names = [f"r{row}" for row in range(rows)]
    return Linking(
        records=pa.table({}), model=load_model("property"), names=names, called=names, identity=names,
        unit=np.arange(rows), apart=None, side=None, written=None, where="site",
    )  # fmt: skip


def test_a_row_is_the_entity_most_of_its_records_have() -> None:
    entity = np.array([7, 7, 3, 5, 4, -1, 9])
    rows_of = np.array([0, 0, 0, 1, 1, 2, -1])
    made, mixed = entity_of_rows(entity, rows_of, 4)
    assert made.tolist() == [7, 4, -1, -1]  # as frequent: the smaller number
    assert mixed == 2


def test_pairs_of_one_entity_are_true_and_unknown_rows_take_no_part() -> None:
    entity = np.array([1, 1, 1, 2, -1, 2])
    rows_of = np.array([0, 1, 1, 2, 3, -1])
    truth = truth_of_entities(linking(4), entity, rows_of)
    assert truth.codes.tolist() == [0 * 4 + 1] and truth.pairs == 1 and truth.unknown == 0
    assert truth.known.tolist() == [True, True, True, False]
    words = " ".join(truth.notes)
    assert "5 records are judged as 4 rows" in words
    assert "look at, and take no part: 1." in words and "does not name, and that take no part: 1." in words
    assert "several entities" not in words
