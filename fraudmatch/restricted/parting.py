"""What rests on a restricted record, taken out of the tables of a night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.restricted.listed import Listed
from fraudmatch.schemas import (
    ATTACHED,
    CASE_FLAGS,
    CASES,
    EVIDENCE,
    FLAGS,
    HELD,
    MEMBERS,
    OVERRULED,
    RESTRICTED,
    conform,
    empty,
)

Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FlagTables:
    """FLAGS, HELD, MEMBERS, EVIDENCE and OVERRULED of a night, or of a part of it, each in its order."""

    flags: pa.Table
    held: pa.Table
    members: pa.Table
    evidence: pa.Table
    overruled: pa.Table

    @classmethod
    def none(cls) -> FlagTables:
        """No flags."""
        return cls(*(empty(schema) for schema in (FLAGS, HELD, MEMBERS, EVIDENCE, OVERRULED)))

    def named(self) -> Mapping[str, pa.Table]:
        """Name -> table."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class Apart:
    """What of a night rests on a restricted record.

    Attributes:
        of: RESTRICTED. tables: of these flags alone.
    """

    of: pa.Table
    tables: FlagTables

    @classmethod
    def none(cls) -> Apart:
        """Nothing does."""
        return cls(empty(RESTRICTED), FlagTables.none())

    def partners(self) -> list[str]:
        """Whose nominated officers see any of it, sorted."""
        return sorted(pc.unique(self.of["partner"]).drop_null().to_pylist())

    def seen_by(self, partner: str) -> FlagTables:
        """What the nominated officer of a partner sees."""
        keys = self.of.filter(pc.equal(self.of["partner"], partner))["flag_key"].combine_chunks()
        return apart(self.tables, keys)[1]


@dataclass(frozen=True)
class ApartCases:
    """The cases of such flags, each of one partner: the one whose record is restricted is their owner.

    Attributes:
        cases: CASES; those of a partner are ranked among themselves. case_flags: CASE_FLAGS. attached: ATTACHED of these flags.
    """

    cases: pa.Table
    case_flags: pa.Table
    attached: pa.Table

    def named(self) -> Mapping[str, pa.Table]:
        """Name -> table."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def none(cls) -> ApartCases:
        """There are none."""
        return cls(empty(CASES), empty(CASE_FLAGS), empty(ATTACHED))


@dataclass(frozen=True)
class Hidden:
    """What words about decisions may not lead to.

    Attributes:
        references: of restricted records, as partner:data_set:reference. flags: keys of flags that rest on one.
    """

    references: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()

    def hides(self, flag_key: str, *references: str | None) -> bool:
        """Whether a decision about a flag, or about these records, is restricted."""
        return flag_key in self.flags or any(one in self.references for one in references)


def ids_of(listed: Listed, records: pa.Table, groups: pa.Table) -> Mask:
    """Per record whether it is restricted: listed, or of the same partner and linked as the same person as one that is.

    A list that names somebody in one data set would otherwise leave the same address readable in another.

    Args:
        records: RECORDS. groups: GROUPS.
    """
    if not listed:
        return np.zeros(records.num_rows, np.bool_)
    marked = np.asarray(listed.records(records).fill_null(False))
    persons = groups["person_id"].combine_chunks()
    codes = records["partner"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    known = np.asarray(persons.is_valid())
    of = persons.fill_null(0).to_numpy().astype(np.int64) * (codes.max(initial=0) + 1) + codes
    return np.asarray(marked | (known & np.isin(of, np.unique(of[marked & known]))))


def resting_on(tables: FlagTables, records: pa.Table, restricted: Mask) -> pa.Table:
    """RESTRICTED: the flags, and what was held back or overruled, that rest on a restricted record, and whose it is."""
    partners: defaultdict[str, set[str]] = defaultdict(set)
    for name, table in tables.named().items():
        for column in {"members": ("record_id",), "evidence": ()}.get(name, ("left_id", "right_id")):
            _note(partners, table, column, records, restricted)
    keys = sorted(partners)
    whose = [next(iter(partners[key])) if len(partners[key]) == 1 else None for key in keys]
    made = pa.table({"flag_key": pa.array(keys, pa.string()), "partner": pa.array(whose, pa.string())})
    return conform(made, RESTRICTED, what="RESTRICTED")


def _note(
    partners: Mapping[str, set[str]], table: pa.Table, column: str, records: pa.Table, restricted: Mask
) -> None:
    rows = table.filter(pc.is_valid(table[column])).select(["flag_key", column])
    rows = rows.filter(pa.array(restricted[rows[column].to_numpy()]))
    whose = records["partner"].take(rows[column].combine_chunks()).to_pylist()
    for key, partner in zip(rows["flag_key"].to_pylist(), whose, strict=True):
        partners[key].add(partner)


def apart(tables: FlagTables, keys: pa.Array) -> tuple[FlagTables, FlagTables]:
    """The tables without these flags, and those of these flags alone."""
    of = {name: pc.is_in(table["flag_key"], value_set=keys) for name, table in tables.named().items()}
    return (
        FlagTables(*(table.filter(pc.invert(of[name])) for name, table in tables.named().items())),
        FlagTables(*(table.filter(of[name]) for name, table in tables.named().items())),
    )


def without(table: pa.Table, column: str, keys: Collection[str]) -> pa.Table:
    """A table without the rows whose column is one of these."""
    if not keys:
        return table
    return table.filter(pc.invert(pc.is_in(table[column], value_set=pa.array(sorted(keys), pa.string()))))
