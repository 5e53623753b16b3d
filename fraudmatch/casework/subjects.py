"""Which flags are about one subject: union–find over what they share.

A flag is about its left record; under rules that link people, about that person; under property rules,
also about that property; under rules that link firms or bank accounts, about that firm or account; under
rules that link telephone numbers or e-mail addresses, about that number or address; under payment rules,
about both payments; under rules about groups, about every member and what the members have in common.
Flags that share any of these are joined, and so on along the chain.

One address may stand for a block of flats, and one chain may run through half a street. So a subject
with more than `most` flags joins nothing, and a chain of more than `most` flags falls apart into
single flags; both are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from fraudmatch.schemas import MEMBERS, empty

Ids = npt.NDArray[np.int64]

_RECORD = "record"

#: (what is shared, relations whose flags are joined by it, sides of the flag that count).
_SHARED = (
    ("person_id", ("person", "property", "account", "phone", "email", "none"), ("left",)),
    ("person_id", ("person",), ("right",)),
    ("property_id", ("property",), ("left",)),
    ("organisation_id", ("organisation",), ("left", "right")),
    ("account_id", ("account",), ("left",)),
    ("phone", ("phone",), ("left",)),
    ("email", ("email",), ("left",)),
)

#: What the members of a group share, as a rule says it -> what is shared here.
_GROUPED_BY = {
    **{name: f"{name}_id" for name in ("person", "property", "organisation", "account")},
    "phone": "phone",
    "email": "email",
}
_KINDS = {name: kind for kind, name in enumerate((_RECORD, *_GROUPED_BY.values()))}


@dataclass(frozen=True)
class Ties:
    """What joins flags beside GROUPS.

    Attributes:
        members: MEMBERS of the flags of groups.
        contacts: columns phone and email of RECORDS, dense by record_id; None = nobody has any.
    """

    members: pa.Table = field(default_factory=lambda: empty(MEMBERS))
    contacts: pa.Table | None = None


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


def join(
    flags: pa.Table, groups: pa.Table, most: int, ties: Ties | None = None,
    grouped_by: Mapping[str, str] | None = None,
) -> Joined:  # fmt: skip
    """Join the rows of FLAGS by what they share.

    Args:
        groups: GROUPS, ordered by record_id, dense from 0.
        most: flags on one subject, or in one chain, above which they stay apart.
        grouped_by: id of a rule about groups -> what their members share, as `RuleText` says it.
    """
    size = flags.num_rows
    ties = ties or Ties()
    flag, subject = _edges(flags, _Lookup(groups, ties.contacts), ties.members, grouped_by or {})
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


class _Lookup:
    """What a record has in common with others, by name as in `_KINDS`; -1 where there is nothing."""

    def __init__(self, groups: pa.Table, contacts: pa.Table | None) -> None:
        self._groups, self._contacts = groups, contacts

    def of(self, name: str) -> Ids:
        """int64 by record_id."""
        if name not in ("phone", "email"):
            return _plain(self._groups[name])
        if self._contacts is None:
            return np.full(self._groups.num_rows, -1, dtype=np.int64)
        return _plain(pa.chunked_array([self._contacts[name].combine_chunks().dictionary_encode().indices]))


def _edges(
    flags: pa.Table, lookup: _Lookup, members: pa.Table, grouped_by: Mapping[str, str]
) -> tuple[Ids, npt.NDArray[np.int64]]:
    """Flag numbers, and for each the subject it is about as a row (kind, id)."""
    sides = {side: _plain(flags[f"{side}_id"]) for side in ("left", "right")}
    relation = flags["relation"]
    payment = np.asarray(pc.equal(relation, "payment")) & (sides["right"] >= 0)
    found: list[tuple[Ids, str, Ids]] = [
        (np.arange(flags.num_rows), _RECORD, sides["left"]),
        (np.flatnonzero(payment), _RECORD, sides["right"][payment]),
        _of_members(flags, members),
    ]
    for name, relations, which in _SHARED:
        meant = np.asarray(pc.is_in(relation, value_set=pa.array(relations)))
        if meant.any():
            of_record = lookup.of(name)
            found += [_known(name, meant, sides[side], of_record) for side in which]
    of_group = pc.equal(relation, "group")
    for word in sorted(set(grouped_by.values())):
        rules = [rule_id for rule_id, by in grouped_by.items() if by == word]
        meant = np.asarray(pc.and_(of_group, pc.is_in(flags["rule_id"], value_set=pa.array(rules))))
        if meant.any():
            name = _GROUPED_BY[word]
            found.append(_known(name, meant, sides["left"], lookup.of(name)))
    subjects = [np.stack([np.full(len(ids), _KINDS[name]), ids], 1) for _, name, ids in found]
    return np.concatenate([rows for rows, _, _ in found]), np.concatenate(subjects).astype(np.int64)


def _known(name: str, meant: npt.NDArray[np.bool_], side: Ids, of_record: Ids) -> tuple[Ids, str, Ids]:
    """Flags meant, and what is shared by the record on one side, where there is one and it shares anything."""
    rows = np.flatnonzero(meant & (side >= 0))
    ids = of_record[side[rows]]
    return rows[ids >= 0], name, ids[ids >= 0]


def _of_members(flags: pa.Table, members: pa.Table) -> tuple[Ids, str, Ids]:
    """Flags of groups, and each of their members."""
    place = pc.index_in(members["flag_key"], value_set=flags["flag_key"].combine_chunks())
    rows = _plain(place)
    return rows[rows >= 0], _RECORD, _plain(members["record_id"])[rows >= 0]


def _plain(column: pa.ChunkedArray) -> Ids:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), -1).to_numpy())
