"""The members of flagged groups: whose they are, and a group as one of its partners sees it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.inputs import ReportInput


class GroupMembers:
    """MEMBERS of a night with the partner of each record.

    Args:
        night: checked, so that record_id is a row number of RECORDS.
    """

    def __init__(self, night: ReportInput) -> None:
        self._key = night.members["flag_key"].combine_chunks()
        self._id = night.members["record_id"].combine_chunks()
        self._partner = _flat(night.records["partner"].take(self._id))

    def own(self, partner_id: str, flag_keys: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, pa.Array]:
        """(place among `flag_keys`, record_id) of the partner's members, by place, then record_id."""
        mine = pc.equal(self._partner, partner_id)
        ids = self._id.filter(mine)
        place = pc.index_in(self._key.filter(mine), value_set=_flat(flag_keys))
        known = pc.is_valid(place)
        places = place.filter(known).to_numpy().astype(np.int64)
        order = np.argsort(places, kind="stable")  # MEMBERS stand by record_id within a key
        return places[order], ids.filter(known).take(pa.array(order))

    def counts(self, partner_id: str, flag_keys: pa.ChunkedArray | pa.Array) -> tuple[pa.Array, pa.Array]:
        """Per flag how many members are the partner's, and how many are others'; null for pairs."""
        keys = _flat(flag_keys)
        place = pc.index_in(self._key, value_set=keys)
        known, mine = np.asarray(pc.is_valid(place)), np.asarray(pc.equal(self._partner, partner_id))
        at = pc.fill_null(place, 0).to_numpy().astype(np.int64)
        own = np.bincount(at[known & mine], minlength=len(keys))
        others = np.bincount(at[known & ~mine], minlength=len(keys))
        none = own + others == 0
        return pa.array(own, pa.int64(), mask=none), pa.array(others, pa.int64(), mask=none)

    def seen_by(self, partner_id: str, flags: pa.Table) -> pa.Table:
        """FLAGS in which every group with members of the partner has the first of these on its left."""
        places, ids = self.own(partner_id, flags["flag_key"])
        places, first = np.unique(places, return_index=True)
        if not len(places):
            return flags
        where = np.full(len(flags), -1, dtype=np.int64)
        where[places] = np.arange(len(places))
        own = ids.take(pa.array(first)).take(pa.array(where, mask=where < 0))
        left = pc.coalesce(own, flags["left_id"].combine_chunks())
        partner = pc.if_else(
            pa.array(where >= 0), pa.scalar(partner_id), flags["left_partner"].combine_chunks()
        )
        names = flags.schema.names
        flags = flags.set_column(names.index("left_id"), flags.schema.field("left_id"), left)
        return flags.set_column(names.index("left_partner"), flags.schema.field("left_partner"), partner)


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
