"""The oracle's word on officers of companies, charities and grants; see `sample_oracle`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sample_oracle import FAR, Pairs, Truth, jobs, pairs, singles, suppliers, twice

from fraudmatch.sample.streams import TODAY


def seats(truth: Truth) -> pd.DataFrame:
    """Offices held tonight, with the name, month of birth and middle name of who holds them."""
    held = truth.table("company_officer")
    left = held["resigned_date"]
    held = held[(left == -FAR) | (left > TODAY)]
    return named(truth, held).assign(month=held["birth_month"])


def named(truth: Truth, table: pd.DataFrame) -> pd.DataFrame:
    people, who = truth.world.people, table["person"].to_numpy()
    names = people.forename[who] * 10**6 + people.surname[who]
    born = (
        people.born[who]
        .astype("datetime64[D]")
        .astype("datetime64[M]")
        .astype("datetime64[D]")
        .astype(np.int64)
    )
    return table.assign(name=names, month=born, middle=people.middle[who])


def py_010(truth: Truth) -> Pairs:
    paid = suppliers(truth)
    declared = set(paid.loc[paid["interest_declared"] == 1, "firm"])
    boards = seats(truth)
    boards = boards[
        boards["firm"].isin(set(paid["firm"]) - declared)
        & (boards["officer_role"] != "secretary")
        & (boards["nominated"] != 1)
    ]
    posts = jobs(truth)
    posts = named(truth, posts[posts["runs"]])

    def told(t: pd.DataFrame) -> pd.Series:
        middle = (t["middle"] == t["middle_r"]) & (t["middle"] >= 0)
        return (t["month"] == t["month_r"]) & ((t["property"] == t["property_r"]) | middle)

    return pairs(posts, boards, "name", told)


def br_011(truth: Truth) -> Pairs:
    rates = truth.table("business_rates")
    rates = rates[(rates["firm"] >= 0) & (rates["liability_end"] > TODAY) & (rates["occupied"] == 1)]
    pounds = rates.set_index("row")["rateable_value_pence"] / 100
    relief = set(rates.loc[rates["relief_type"] == "small_business", "row"])
    start = rates.set_index("row")["liability_start"]
    held = seats(truth).merge(rates[["firm", "row"]], on="firm", suffixes=("", "_account"))
    both = held.merge(held, on=["name", "month"], suffixes=("", "_r"))
    both = both[(both["firm"] != both["firm_r"]) & both["row_account"].isin(relief)]
    both["near"] = both["property"] == both["property_r"]
    found = set()
    for (one, other), group in both.groupby(["row_account", "row_account_r"]):
        small = pounds[other] <= 2_899 and pounds[one] + pounds[other] <= 19_999
        grace = start[other] > start[one] and start[other] > TODAY - 365 and other not in relief
        if (group["near"].any() or group["person"].nunique() >= 2) and not small and not grace:
            found.add((min(one, other), max(one, other)))
    return found


def br_012(truth: Truth) -> Pairs:
    firms, rates = truth.world.firms, truth.table("business_rates")
    rates = rates[(rates["relief_type"] == "charity") & (rates["firm"] >= 0)]
    rates = rates.assign(number=firms.charity_number[rates["firm"].to_numpy()])
    entries = truth.table("charity_register")
    number, removed = firms.charity_number[entries["firm"].to_numpy()], entries["removed_date"]
    current = set(number[removed == -FAR])
    names = set(firms.name[entries.loc[removed == -FAR, "firm"].to_numpy()])
    last = pd.Series(removed.to_numpy(), index=number)
    wrong = rates[
        (rates["number"] > 0) & ~rates["number"].isin(current) & rates["charity_kind"].isin(["registered"])
    ]
    wrong = wrong[wrong["relief_annual_pence"] > wrong["rateable_value_pence"] * 0.499 * 0.72]
    wrong = wrong[~np.isin(firms.name[wrong["firm"].to_numpy()], list(names))]
    gone = last.groupby(level=0).max().reindex(wrong["number"]).fillna(-FAR).to_numpy()
    return {(row, -1) for row in wrong.loc[gone < TODAY - 60, "row"].tolist()}


def awards(truth: Truth) -> pd.DataFrame:
    """Awards that were kept, by their first payment, with the bank account of the firm."""
    paid = truth.table("grant")
    award = paid.groupby(["partner", "award_ref"])
    paid = paid[
        (award["awarded_pence"].transform("sum") > 0)
        & (award["paid_date"].transform("min") == paid["paid_date"])
    ]
    return paid.assign(account=truth.world.firms.account[paid["firm"].to_numpy()])


def two_awards(truth: Truth, on: str, when: Callable[[pd.DataFrame], pd.Series]) -> Pairs:
    kept = awards(truth)
    return twice(kept, on, lambda t: (t["scheme"] == t["scheme_r"]) & when(t))


def gr_001(truth: Truth) -> Pairs:
    return two_awards(truth, "firm", lambda t: (t["each_premises"] != 1) | (t["property"] == t["property_r"]))


def gr_002(truth: Truth) -> Pairs:
    return two_awards(truth, "account", lambda t: t["firm"] != t["firm_r"])


def gr_003(truth: Truth) -> Pairs:
    return two_awards(truth, "property",
                      lambda t: (t["firm"] != t["firm_r"]) & ((t["paid_date"] - t["paid_date_r"]).abs() <= 365))  # fmt: skip


def gr_004(truth: Truth) -> Pairs:
    kept, rates = awards(truth), truth.table("business_rates")
    both = kept.merge(rates, on="property", suffixes=("", "_r"))
    liable = both[(both["liability_start"] <= both["paid_date"])
                  & (both["liability_end"] > both["paid_date"])]  # fmt: skip
    return singles(kept[~kept["row"].isin(liable["row"])])


GIVEN = {
    "waiting_list": "renewed_date", "council_tax_reduction": "claim_start", "payroll": "employment_start",
    "pension": "pension_start", "blue_badge": "badge_start", "permit": "permit_start", "licence": "issue_date",
    "housing_tenancy": "tenancy_start",
}  # fmt: skip
ENDS = {"payroll": "employment_end", "pension": "pension_end", "housing_tenancy": "tenancy_end",
        "council_tax_reduction": "claim_end"}  # fmt: skip


def id_005(truth: Truth) -> Pairs:
    given = []
    for dataset, day in GIVEN.items():
        rows = truth.table(dataset)
        rows = rows[rows[day].between(TODAY - 365, TODAY) & (rows["person"] >= 0) & (rows["property"] >= 0)]
        if dataset in ENDS:
            rows = rows[rows[ENDS[dataset]] > TODAY]
        given.append(rows[["person", "property"]].assign(dataset=dataset))
    counted = pd.concat(given).groupby("person").nunique().min(axis=1)
    claims = truth.table("council_tax_reduction")
    claims = claims[(claims["claim_end"] > TODAY) & (claims["claim_start"] <= TODAY - 56)]
    claims = claims[~claims["person"].isin(truth.table("deaths")["person"])]
    return singles(claims[claims["person"].map(counted).fillna(0) >= 3])


RULES = {
    f"FM-{name.split('_')[0].upper()}-{name.split('_')[1]}": rule
    for name, rule in sorted(globals().items())
    if name[:3] in ("py_", "br_", "gr_", "id_") and callable(rule)
}
