"""What the extract of a partner holds at all, so that a blank in one record says something."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.views import SideView


def sent(side: SideView, name: str) -> pa.Array:
    """The partner of the record sent the column `name` on any record of the data set; never null."""
    partner = side.column("partner")
    return pc.is_in(partner, value_set=pc.unique(partner.filter(pc.is_valid(side.column(name)))))
