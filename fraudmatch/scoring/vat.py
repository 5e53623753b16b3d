"""What creditors charge VAT."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, combined
from fraudmatch.scoring.views import SideView


def vat_charged_pence(side: SideView) -> pa.Array:
    """VAT in all payments of this partner to this creditor, credits taken off; pence.

    Null where no payment with a known VAT amount names the creditor's reference. Of several
    records with one reference (sites) each carries the sum.
    """
    payments = side.night.side("payment")
    partner = pa.concat_arrays([side.column("partner"), payments.column("partner")])
    reference = pa.concat_arrays([side.column("source_ref"), payments.column("creditor_ref")])
    key = combined([codes(partner), codes(reference)])
    own, paid = key[: len(side)], key[len(side) :]
    vat = payments.column("vat_pence")
    known = (paid >= 0) & np.asarray(pc.is_valid(vat), dtype=bool)
    total = np.zeros(key.max(initial=0) + 1, dtype=np.int64)
    named = np.zeros(len(total), dtype=bool)
    np.add.at(total, paid[known], np.asarray(pc.fill_null(vat, 0), dtype=np.int64)[known])
    named[paid[known]] = True
    return pa.array(total[np.maximum(own, 0)], mask=(own < 0) | ~named[np.maximum(own, 0)])
