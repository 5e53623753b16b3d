"""The register of derived columns: name -> how it is made; their meanings are in `catalogue`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.scoring import (
    boards,
    charities,
    documents,
    extracts,
    grants,
    homes,
    households,
    officers,
    payments,
    reference_use,
    register,
    residence,
    vat,
)  # fmt: skip
from fraudmatch.scoring.calendars import day_number, years_between
from fraudmatch.scoring.views import SideView

Derive = Callable[[SideView], pa.Array]


def age(date_of_birth: pa.Array, as_at: dt.date) -> pa.Array:
    """Completed years at `as_at`; null without a date of birth, never negative."""
    born = date_of_birth.cast(pa.int32())
    days = pc.fill_null(born, 0).to_numpy(zero_copy_only=False).astype(np.float64)
    years = years_between(days, np.full(len(days), day_number(as_at)))
    unknown = np.asarray(pc.is_null(born)) | (years < 0)
    return pa.array(years.astype(np.int64), mask=unknown)


def running(valid_from: pa.Array, valid_to: pa.Array, as_at: dt.date) -> pa.Array:
    """Started by `as_at` (or start unknown) and not ended by then; never null."""
    day = pa.scalar(as_at, pa.date32())
    started = pc.fill_null(pc.less_equal(valid_from, day), True)
    return pc.and_(started, pc.fill_null(pc.greater(valid_to, day), True))


def _interval_end(side: SideView, which: str) -> pa.Array:
    """valid_from or valid_to; null throughout where the data set has no such date."""
    name = getattr(schemas.DATASETS[side.dataset], which)
    return side.column(name) if name else pa.nulls(len(side), pa.date32())


def _running(side: SideView) -> pa.Array:
    return running(side.column("valid_from"), side.column("valid_to"), side.night.as_at)


_EVERYWHERE: dict[str, Derive] = {
    "age": lambda side: age(side.column("date_of_birth"), side.night.as_at),
    "valid_from": lambda side: _interval_end(side, "valid_from"),
    "valid_to": lambda side: _interval_end(side, "valid_to"),
    "running": _running,
    "deceased": lambda side: side.night.deceased.take(pa.array(side.ids)),
    "newer_address": households.newer_address,
    "account_users": payments.account_users,
    "resident_here": residence.resident_here,
    "others_with_nino": lambda side: side.night.others_with_nino.take(pa.array(side.ids)),
    "recent_homes": homes.recent_homes,
}

_AT_HOME: dict[str, Derive] = {
    "adults_registered": register.adults_registered,
    "registered_here": register.registered_here,
    "registered_elsewhere": register.registered_elsewhere,
}

_NINO_KIND: dict[str, Derive] = {"nino_kind": lambda side: side.detail("nino_kind")}

_OF_DATASET: dict[str, dict[str, Derive]] = {
    "payroll": _NINO_KIND,
    "council_tax_reduction": _NINO_KIND,
    "business_rates": {
        "charity_numbers_sent": lambda side: extracts.sent(side, "charity_number"),
        "officer_network": boards.officer_network,
        "on_charity_register": charities.on_charity_register,
        "charity_removed": charities.charity_removed,
        "charity_continues": charities.charity_continues,
    },
    "council_tax": _AT_HOME,
    "housing_tenancy": {"survivor": households.survivor} | _AT_HOME,
    "company_officer": {
        "company_creditors": officers.company_creditors,
        "company_declared": officers.company_declared,
    },
    "grant": {
        "scheme_key": grants.scheme_key,
        "award_net_pence": grants.award_net_pence,
        "first_of_award": grants.first_of_award,
        "premises_rated": grants.premises_rated,
        "rated_on_day": grants.rated_on_day,
    },
    "creditor": {
        "vat_charged_pence": vat.vat_charged_pence,
        "vat_numbers_sent": lambda side: extracts.sent(side, "vat_number"),
    },
    "payment": {
        "invoice_ref_clean": lambda side: side.detail("invoice_ref_clean"),
        "same_amount_count": payments.same_amount_count,
        "credited": payments.credited,
        "document_gross_pence": documents.document_gross_pence,
        "document_vat_pence": documents.document_vat_pence,
        "document_lines": documents.document_lines,
        "series_length": documents.series_length,
        "reference_creditors": reference_use.reference_creditors,
        "reference_days": reference_use.reference_days,
    },
}


def derive_for(dataset: str) -> Mapping[str, Derive]:
    """Every derived column of a data set."""
    return _EVERYWHERE | _OF_DATASET.get(dataset, {})
