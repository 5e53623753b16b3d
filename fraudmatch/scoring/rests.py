"""What a flag of a rule rests on of each record: the fields whose change is worth asking about again."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.datasets import GOES_ON
from fraudmatch.scoring.nodes import Node

#: Derived columns that only read out what stands in the record under another name.
_PERIOD = frozenset({"valid_from", "valid_to", "running"})
_PERIOD_OF_BOTH = frozenset({"overlap_days", "start_gap_days"})


def fields_rested_on(nodes: Iterable[Node], side: str, dataset: str) -> tuple[str, ...]:
    """Stored fields of one side that expressions read, sorted: texts, codes, yes or no, and dates.

    Amounts, counts and ages count only through the facts that ask about them: they move from extract to extract
    while nothing changes, and so do dates such as that of the last payment (`datasets.GOES_ON`). What is derived from
    other records counts through facts too.

    Args:
        side: "left" or "right". dataset: of that side.
    """
    read = schemas.DATASETS[dataset]
    named = {column for node in nodes for column in node.columns}
    names = {name for scope, name in named if scope == side}
    if names & _PERIOD or {name for scope, name in named if scope == "pair"} & _PERIOD_OF_BOTH:
        names |= {name for name in (read.valid_from, read.valid_to) if name}
    types = {field.name: field.type for field in (*read.details, *read.derived)}
    types |= {field.name: field.type for field in schemas.RECORDS if field.name not in {"partner", "dataset"}}
    return tuple(sorted(name for name in names & types.keys() - GOES_ON if _lasting(types[name])))


def _lasting(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind))
