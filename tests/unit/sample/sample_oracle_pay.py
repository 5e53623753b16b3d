"""The oracle's word on pay, pensions, duplicate creditor records and VAT; see `sample_oracle`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sample_oracle import (
    FAR,
    Pairs,
    Truth,
    account_of,
    dead,
    invoices,
    jobs,
    pairs,
    side_by_side,
    suppliers,
    twice,
)

from fraudmatch.sample.streams import TODAY


def running_jobs(truth: Truth) -> pd.DataFrame:
    posts = jobs(truth)
    return posts[posts["runs"]]


def py_004(truth: Truth) -> Pairs:
    posts = running_jobs(truth)
    lent = posts["account_of"].to_numpy()
    account = np.where(lent >= 0, lent, account_of(truth.world, posts["person"].to_numpy()))
    posts = posts.assign(account=account, surname=truth.world.people.surname[posts["person"].to_numpy()])

    def strangers(t: pd.DataFrame) -> pd.Series:
        couple = (t["property"] == t["property_r"]) | (t["surname"] == t["surname_r"])
        return (t["partner"] == t["partner_r"]) & (t["person"] != t["person_r"]) & ~couple

    return twice(posts, "account", strangers)


def undeclared(truth: Truth) -> pd.DataFrame:
    held = suppliers(truth)
    return held[held["interest_declared"] == 0]


def py_005(truth: Truth) -> Pairs:
    posts = running_jobs(truth)
    moved = truth.world.people.home[posts["person"].to_numpy()] != posts["property"]
    return pairs(posts[~moved], undeclared(truth), "property", lambda t: t["row"] >= 0)


def py_006(truth: Truth) -> Pairs:
    posts = jobs(truth)
    posts = posts[(posts["full_time_code"] != "casual") & (posts["worker_kind"] == "employee")]

    def too_many(t: pd.DataFrame) -> pd.Series:
        full = (t["full_time_code"] == "full") & (t["full_time_code_r"] == "full")
        hours = t["hours_weekly_hundredths"] + t["hours_weekly_hundredths_r"]
        return side_by_side(t) & ~full & (hours > 6_000)

    return twice(posts, "person", too_many)


def py_007(truth: Truth) -> Pairs:
    posts = jobs(truth)
    agency = posts[posts["worker_kind"].isin(["agency", "umbrella"])]
    full = posts[(posts["full_time_code"] == "full") & (posts["worker_kind"] == "employee")]
    found = pairs(agency, full, "person", lambda t: side_by_side(t) & (t["hours_weekly_hundredths"] > 1_600))
    return {(min(pair), max(pair)) for pair in found}


def py_008(truth: Truth) -> Pairs:
    posts = running_jobs(truth)

    def paid_meanwhile(t: pd.DataFrame) -> pd.Series:
        agreed = (t["second_job_agreed"] == 1) | (t["second_job_agreed_r"] == 1)
        late = t["last_paid_r"] - t["absence_start"] > 28
        return late & ~agreed & (t["row"] != t["row_r"])

    at_work = posts[posts["absence_kind"].isna()]
    found = pairs(posts[posts["absence_kind"].isin(["sick", "suspended"])], at_work, "person", paid_meanwhile)
    return {(min(pair), max(pair)) for pair in found}


def py_009(truth: Truth) -> Pairs:
    lent = undeclared(truth).query("phone_of >= 0")
    return pairs(running_jobs(truth), lent, "phone_of", lambda t: t["row"] >= 0)


def pn_002(truth: Truth) -> Pairs:
    held = truth.table("pension")
    held = held[(held["pension_kind"] == "deferred") & (held["pension_end"] == FAR)]
    return pairs(held, dead(truth), "person", lambda t: t["date_of_death"] <= TODAY)


def pn_003(truth: Truth) -> Pairs:
    held = truth.table("pension")
    held = held[
        (held["pension_kind"] == "in_payment") & (held["pension_end"] > TODAY) & (held["ill_health"] == 1)
    ]
    return pairs(held[held["widow"] != 1], running_jobs(truth), "person",
                 lambda t: t["employment_start"] > t["pension_start"])  # fmt: skip


def records_of_one(truth: Truth) -> pd.DataFrame:
    firms, held = truth.world.firms, suppliers(truth)
    firm = held["firm"].to_numpy()
    return held.assign(account=firms.account[firm])


def entered_twice(t: pd.DataFrame) -> pd.Series:
    return (t["partner"] == t["partner_r"]) & (t["firm"] == t["firm_r"]) & (t["site_id"] == t["site_id_r"])


def cr_006(truth: Truth) -> Pairs:
    return twice(records_of_one(truth), "property", entered_twice)


def cr_007(truth: Truth) -> Pairs:
    return twice(records_of_one(truth), "account", entered_twice)


def cr_008(truth: Truth) -> Pairs:
    paid = truth.table("payment")
    paid = paid[(paid["gross_pence"] > 0) & (paid["transaction_type"] == "invoice") & (paid["vat_pence"] > 0)]
    every = truth.table("payment").groupby(["creditor_ref", "invoice_ref", "invoice_date", "payment_date"])
    sums = every[["gross_pence", "vat_pence"]].sum().rename(columns=lambda name: f"all_{name}")
    paid = paid.join(sums, on=["creditor_ref", "invoice_ref", "invoice_date", "payment_date"])
    over = paid["vat_pence"] - (paid["gross_pence"] - paid["vat_pence"]) / 5 > 2
    over &= paid["all_vat_pence"] - (paid["all_gross_pence"] - paid["all_vat_pence"]) / 5 > 2
    return {(row, -1) for row in paid.loc[over, "row"].tolist()}


def valid_vat(number: int) -> bool:
    """Nine digits whose weighted sum, plain or with 55 added, is divided by 97."""
    digits = [int(digit) for digit in f"{number:09d}"]
    total = (
        sum(d * w for d, w in zip(digits, (8, 7, 6, 5, 4, 3, 2), strict=False)) + digits[7] * 10 + digits[8]
    )
    return number > 0 and (total % 97 == 0 or (total + 55) % 97 == 0)


def cr_009(truth: Truth) -> Pairs:
    charged = truth.table("payment").groupby("creditor_ref")["vat_pence"].sum()
    held = suppliers(truth)
    vat = held["row"].map(charged).fillna(0)
    invalid = [not valid_vat(number) for number in truth.world.firms.vat[held["firm"].to_numpy()].tolist()]
    return {(row, -1) for row in held.loc[(vat >= 5_000) & np.asarray(invalid), "row"].tolist()}


def cr_005(truth: Truth) -> Pairs:
    paid = invoices(truth)
    held = truth.table("creditor").set_index("row")
    home = held["property"].loc[paid["creditor_ref"]].to_numpy()
    paid = paid.assign(place=truth.world.places.postcode[home])

    def to_two_at_once(t: pd.DataFrame) -> pd.Series:
        one_bill = (t["place"] == t["place_r"]) & (t["invoice_date"] == t["invoice_date_r"])
        return one_bill & (t["creditor_ref"] != t["creditor_ref_r"]) & (t["partner"] == t["partner_r"])

    return twice(paid[(paid["gross_pence"] >= 10_000) & (home >= 0)], "gross_pence", to_two_at_once)


def cr_010(truth: Truth) -> Pairs:
    paid = invoices(truth)

    def by_two_councils(t: pd.DataFrame) -> pd.Series:
        near = (t["invoice_date"] - t["invoice_date_r"]).abs() <= 31
        return (t["partner"] != t["partner_r"]) & (t["firm"] == t["firm_r"]) & (t["ref"] == t["ref_r"]) & near

    large = paid[(paid["gross_pence"] >= 10_000) & (paid["firm"] >= 0)]
    return twice(large, "gross_pence", by_two_councils)


PAY_RULES: dict[str, Callable[[Truth], Pairs]] = {
    f"FM-{name.split('_')[0].upper()}-{name.split('_')[1]}": rule
    for name, rule in sorted(globals().items())
    if name.split("_")[-1].isdigit() and callable(rule)
}
