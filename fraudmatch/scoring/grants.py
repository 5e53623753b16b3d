"""Awards of grants: what was paid and repaid under one reference, and whether the premises were rated then."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, combined, days, truth
from fraudmatch.scoring.views import SideView


def scheme_key(side: SideView) -> pa.Array:
    """The scheme in capitals, letters and digits only, so that it compares between partners; null when blank."""
    key = pc.replace_substring_regex(pc.utf8_upper(side.column("scheme")), r"[^\pL\pN]", "")
    return pc.if_else(pc.equal(key, ""), None, key)


def _awards(side: SideView) -> np.ndarray:
    """One code for the payments of one award: partner and reference agree; without one, a payment by itself."""
    award = combined([codes(side.column("partner")), codes(side.column("award_ref"))])
    alone = award < 0
    award[alone] = award.max(initial=0) + 1 + np.arange(alone.sum())
    return award


def award_net_pence(side: SideView) -> pa.Array:
    """Pence paid under the award less what was repaid; null when the amount of one payment is not known."""
    award, amount = _awards(side), side.column("awarded_pence")
    width = int(award.max(initial=0)) + 1
    pence = np.asarray(pc.fill_null(amount, 0).to_numpy(zero_copy_only=False), dtype=np.int64)
    net, unknown = np.zeros(width, dtype=np.int64), np.zeros(width, dtype=bool)
    np.add.at(net, award, pence)
    unknown[award[np.asarray(pc.is_null(amount))]] = True
    return pa.array(net[award], mask=unknown[award])


def first_of_award(side: SideView) -> pa.Array:
    """The first payment of the award: by day paid (an unknown one last), then reference; never null."""
    award = _awards(side)
    ranked = pa.table({"award": award, "paid": side.column("paid_date"), "ref": side.column("source_ref")})
    keys = [(name, "ascending") for name in ("award", "paid", "ref")]  # what is null comes last
    order = pc.sort_indices(ranked, sort_keys=keys).to_numpy()
    first = np.zeros(len(side), dtype=bool)
    _, starts = np.unique(award[order], return_index=True)
    first[order[starts]] = True
    return pa.array(first)


def premises_rated(side: SideView) -> pa.Array:
    """An account for business rates stands at the premises, of whatever date.

    Null where the property is not known; null instead of false where the partner sent no business rates.
    """
    place, rated = side.group("property_id"), side.night.side("business_rates")
    found = np.isin(place, rated.group("property_id")) & (place >= 0)
    sent = truth(pc.is_in(side.column("partner"), value_set=pc.unique(rated.column("partner"))))
    return pa.array(found, mask=(place < 0) | ~(found | sent))


def rated_on_day(side: SideView) -> pa.Array:
    """Somebody was liable for business rates at the premises on the day paid; an unknown start or end counts.

    Null without the day, and wherever `premises_rated` is null.
    """
    place, accounts = side.group("property_id"), side.night.side("business_rates")
    day = days(side.column("paid_date"), -1)
    start = days(accounts.column("liability_start"), 0)
    end = days(accounts.column("liability_end"), _NEVER)
    at = accounts.group("property_id")
    order = np.argsort(at, kind="stable")
    first, last = (np.searchsorted(at[order], place, side=which) for which in ("left", "right"))
    count = np.where(place >= 0, last - first, 0)
    grant = np.repeat(np.arange(len(side)), count)
    account = order[
        np.repeat(first, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    ]
    liable = (start[account] <= day[grant]) & (day[grant] < end[account])
    found = np.bincount(grant[liable], minlength=len(side)) > 0
    return pa.array(found, mask=np.asarray(pc.is_null(premises_rated(side))) | (day < 0))


#: A day after all others.
_NEVER = 10**9
