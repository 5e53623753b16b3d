"""How an invoice number is used: by one creditor for one invoice, or as a text many payments share."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, combined, different
from fraudmatch.scoring.views import SideView


def reference_creditors(side: SideView) -> pa.Array:
    """Different creditors of this partner paid under the payment's cleaned invoice number.

    Null where the number or the creditor is not known. Many creditors under one number mean that
    it is the text of a payment run (a term, a grant round), not a supplier's own number.
    """
    number = combined([codes(side.column("partner")), codes(side.column("invoice_ref_clean"))])
    return _different(number, codes(side.column("creditor_ref")))


def reference_days(side: SideView) -> pa.Array:
    """Different payment days on which this creditor was paid under the payment's cleaned number.

    Null where number, creditor or day (the invoice date stands in for a missing payment date) is
    not known. Three and more mean an order, a policy or a schedule paid in parts.
    """
    names = ("partner", "creditor_ref", "invoice_ref_clean")
    day = pc.coalesce(side.column("payment_date"), side.column("invoice_date"))
    return _different(combined([codes(side.column(name)) for name in names]), codes(day))


def _different(group: np.ndarray, value: np.ndarray) -> pa.Array:
    """How many different values each row's group holds; -1 in either is unknown, and then null."""
    return pa.array(different(group, value, group), mask=(group < 0) | (value < 0))
