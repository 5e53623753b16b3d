"""Whether the company of an officer is a supplier of the partners."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, truth
from fraudmatch.scoring.views import SideView


def company_creditors(side: SideView) -> pa.Array:
    """Live supplier records of any partner with the officer's company number; null without a number.

    A record without type or status counts as a live supplier, as it does in the rules.
    """
    company, creditor, supplier = _by_company(side)
    number = np.bincount(creditor[supplier & (creditor >= 0)], minlength=company.max(initial=0) + 1)
    return pa.array(number[np.maximum(company, 0)].astype(np.int64), mask=company < 0)


def company_declared(side: SideView) -> pa.Array:
    """One of these records says that an employee's interest is declared; null without a number."""
    company, creditor, supplier = _by_company(side)
    declared = truth(side.night.side("creditor").column("interest_declared"))
    told = np.zeros(max(company.max(initial=0), creditor.max(initial=0)) + 1, dtype=bool)
    told[creditor[supplier & declared & (creditor >= 0)]] = True
    return pa.array(told[np.maximum(company, 0)], mask=company < 0)


def _by_company(side: SideView) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes of the officers' and of the creditors' company numbers, and which creditors are live suppliers."""
    creditors = side.night.side("creditor")
    both = codes(pa.concat_arrays([side.column("company_number"), creditors.column("company_number")]))
    status = pc.fill_null(creditors.column("creditor_status"), "live")
    kind = pc.fill_null(creditors.column("creditor_type"), "supplier")
    supplier = truth(pc.and_(pc.equal(status, "live"), pc.equal(kind, "supplier")))
    return both[: len(side)], both[len(side) :], supplier
