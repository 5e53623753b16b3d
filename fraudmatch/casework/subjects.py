"""Which flags are about one subject: union–find over what they share.

A flag is about its left record; under rules that link people, about that person; under property rules,
also about that property; under rules that link firms or bank accounts, about that firm or account; under
payment rules, about both payments. Flags that share any of these are joined, and so on along the chain.

One address may stand for a block of flats, and one chain may run through half a street. So a subject
with more than `most` flags joins nothing, and a chain of more than `most` flags falls apart into
single flags; both are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Ids = npt.NDArray[np.int64]

#: (column of GROUPS, relations whose flags are joined by it, sides of the flag that count).
_SHARED = (
    ("person_id", ("person", "property", "account", "none"), ("left",)),
    ("person_id", ("person",), ("right",)),
    ("property_id", ("property",), ("left",)),
    ("organisation_id", ("organisation",), ("left", "right")),
    ("account_id", ("account",), ("left",)),
)


@dataclass(frozen=True)
class Joined:
    """Which flags belong together.

    Attributes:
        case: int64 [flags]; flags with one number belong together.
        crowded: subjects with too many flags, which joined nothing.
        apart: flags of chains that grew too long and fell apart.
    """

    case: Ids
    crowded: int
    apart: int


def join(flags: pa.Table, groups: pa.Table, most: int) -> Joined:
    """Join the rows of FLAGS by what they share; GROUPS is ordered by record_id, dense from 0."""
    size = flags.num_rows
    flag, subject = _edges(flags, groups)
    distinct, subject = np.unique(subject, axis=0, return_inverse=True)
    subject = subject.reshape(-1)
    edges = np.unique(np.stack([flag, subject], 1), axis=0)
    many = np.bincount(edges[:, 1], minlength=len(distinct)) > most
    edges = edges[~many[edges[:, 1]]]
    nodes = size + len(distinct)
    ones = np.ones(len(edges), dtype=np.int8)
    graph = csr_array((ones, (edges[:, 0], size + edges[:, 1])), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    case = labels[:size].astype(np.int64)
    long = np.bincount(case, minlength=1)[case] > most if size else np.zeros(0, dtype=bool)
    case[long] = nodes + np.flatnonzero(long)
    return Joined(case, int(many.sum()), int(long.sum()))


def _edges(flags: pa.Table, groups: pa.Table) -> tuple[Ids, npt.NDArray[np.int64]]:
    """Flag numbers, and for each the subject it is about as a row (kind, id)."""
    sides = {side: _plain(flags[f"{side}_id"]) for side in ("left", "right")}
    relation = flags["relation"]
    payment = np.asarray(pc.equal(relation, "payment")) & (sides["right"] >= 0)
    found = [
        (np.arange(flags.num_rows), 0, sides["left"]),
        (np.flatnonzero(payment), 0, sides["right"][payment]),
    ]
    for kind, (column, relations, which) in enumerate(_SHARED, 1):
        of_record = _plain(groups[column])
        meant = np.asarray(pc.is_in(relation, value_set=pa.array(relations)))
        for side in which:
            rows = np.flatnonzero(meant & (sides[side] >= 0))
            ids = of_record[sides[side][rows]]
            # both entries for person_id speak of the same kind of subject
            found.append((rows[ids >= 0], 1 if column == "person_id" else kind, ids[ids >= 0]))
    subjects = [np.stack([np.full(len(ids), kind), ids], 1) for _, kind, ids in found]
    return np.concatenate([rows for rows, _, _ in found]), np.concatenate(subjects).astype(np.int64)


def _plain(column: pa.ChunkedArray) -> Ids:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), -1).to_numpy())
