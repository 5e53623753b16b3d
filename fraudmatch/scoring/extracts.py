"""What the extract of a partner holds at all, so that a blank in one record says something."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.views import SideView


def charity_numbers_sent(side: SideView) -> pa.Array:
    """The partner of the record sent a charity number on any record of the data set; never null."""
    partner = side.column("partner")
    with_number = partner.filter(pc.is_valid(side.column("charity_number")))
    return pc.is_in(partner, value_set=pc.unique(with_number))
