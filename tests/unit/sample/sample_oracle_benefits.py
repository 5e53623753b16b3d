"""The oracle of the rules of reduction, care, licences, permits, badges and identity; see `sample_oracle`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sample_oracle import FAR, Pairs, Truth, claims, dead, electors, jobs, pairs, rules_among, singles, twice

from fraudmatch.sample.streams import TODAY
from fraudmatch.schemas import DATASETS


def ctr_004(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction", parties=True)
    return pairs(
        made[made["claim_end"] > TODAY], dead(truth), "person", lambda t: t["date_of_death"] < TODAY - 28
    )


def born(truth: Truth, table: pd.DataFrame) -> pd.Series:
    return pd.Series(truth.born.reindex(table["person"]).to_numpy(), index=table.index)


def ctr_005(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction")
    young = made["claim_start"] < born(truth, made) + 17.99 * 365.25
    return singles(made[young | (made["claim_end"] < made["claim_start"])])


def together(t: pd.DataFrame) -> pd.Series:
    """Days on which both care payments ran."""
    last = np.minimum(np.minimum(t["payment_end"], t["payment_end_r"]), TODAY)
    return last - np.maximum(t["payment_start"], t["payment_start_r"])


def cp_002(truth: Truth) -> Pairs:
    return twice(truth.table("care_payment"), "person",
                 lambda t: (t["partner"] != t["partner_r"]) & (together(t) > 28))  # fmt: skip


def cp_003(truth: Truth) -> Pairs:
    return twice(truth.table("care_payment"), "person",
                 lambda t: (t["care_kind"] != t["care_kind_r"]) & (together(t) > 28))  # fmt: skip


def direct_payments(truth: Truth) -> pd.DataFrame:
    paid = truth.table("care_payment")
    return paid[(paid["care_kind"] == "direct_payment") & (paid["payment_end"] > TODAY)]


def cp_004(truth: Truth) -> Pairs:
    drawn = truth.table("pension")
    drawn = drawn[(drawn["pension_kind"] == "in_payment") & (drawn["pension_end"] > TODAY)]
    return pairs(direct_payments(truth), drawn, "person", lambda t: t["pension_assessed"] == 0)


def cp_005(truth: Truth) -> Pairs:
    posts = jobs(truth)
    posts = posts[posts["runs"] & (posts["full_time_code"] == "full")]
    return pairs(direct_payments(truth), posts, "person", lambda t: t["employment_known"] == 0)


def licensed(truth: Truth, *kinds: str) -> pd.DataFrame:
    held = truth.table("licence")
    return held[
        held["licence_kind"].isin(kinds)
        & (held["licence_status"] == "live")
        & (held["issue_date"] < TODAY - 21)
    ]


def lc_002(truth: Truth) -> Pairs:
    held = licensed(truth, "market", "street_trading", "operator")
    return pairs(claims(truth), held, "person", lambda t: t["self_employment_declared"] == 0)


def lc_003(truth: Truth) -> Pairs:
    return pairs(claims(truth), licensed(truth, "personal_alcohol"), "person",
                 lambda t: (t["self_employment_declared"] == 0) & (t["employment_declared"] == 0))  # fmt: skip


def living(truth: Truth) -> set[tuple[int, int]]:
    """Person and property of every running entry that says somebody lives somewhere."""
    tax, lets, roll = (
        truth.table("council_tax", parties=True),
        truth.table("housing_tenancy"),
        truth.table("electoral_register"),
    )
    tax = tax[(tax["liability_end"] > TODAY) & ~tax["discount_type"].isin(["empty", "second_home"])]
    lets, roll = lets[lets["tenancy_end"] > TODAY], roll[roll["date_removed"] == -FAR]
    return {
        pair
        for t in (tax, lets, roll)
        for pair in zip(t["person"].tolist(), t["property"].tolist(), strict=True)
    }


def resident_permits(truth: Truth) -> pd.DataFrame:
    held = truth.table("permit")
    held = held[
        (held["permit_kind"] == "resident")
        & (held["permit_status"] == "live")
        & (held["permit_expiry"] > TODAY)
    ]
    lives = living(truth)
    here = [pair in lives for pair in zip(held["person"].tolist(), held["property"].tolist(), strict=True)]
    return held[~np.asarray(here, dtype=bool)]


def pp_002(truth: Truth) -> Pairs:
    tax = truth.table("council_tax", parties=True)
    tax = tax[(tax["liability_end"] > TODAY) & ~tax["discount_type"].isin(["empty", "second_home"])]
    return pairs(resident_permits(truth), tax[tax["liability_start"] < TODAY - 28], "person",
                 lambda t: t["property"] != t["property_r"])  # fmt: skip


def pp_003(truth: Truth) -> Pairs:
    roll = electors(truth)
    return pairs(resident_permits(truth), roll[roll["date_added"] < TODAY - 28], "person",
                 lambda t: t["property"] != t["property_r"])  # fmt: skip


def pp_004(truth: Truth) -> Pairs:
    held = truth.table("permit")
    held = held[held["permit_status"] == "live"]
    wrong = (held["permit_start"] < born(truth, held)) | (held["permit_expiry"] < held["permit_start"])
    return singles(held[wrong])


def bb_003(truth: Truth) -> Pairs:
    held = truth.table("blue_badge")
    held = held[(held["badge_status"] == "live") & (held["holder_kind"] == "person")]
    length = held["badge_expiry"] - held["badge_start"]
    return singles(held[(held["badge_start"] < born(truth, held)) | (length < 0) | (length > 3 * 366)])


def numbers(truth: Truth) -> pd.DataFrame:
    """Every row with a number of a person, and whose number it is; widows' pensions left out."""
    found = []
    for dataset in DATASETS:
        table = truth.table(dataset)
        if dataset == "pension":
            table = table[table["widow"] != 1]
        found.append(table[(table["person"] >= 0) & (table["nino_form"] == 0)])
    rows = pd.concat(found, ignore_index=True)[["person", "nino_of"]]
    return rows.assign(number=np.where(rows["nino_of"] >= 0, rows["nino_of"], rows["person"]))


def of_others(truth: Truth, table: pd.DataFrame) -> Pairs:
    """Rows whose number somebody else's row carries."""
    known = numbers(truth).groupby("number")["person"].nunique()
    number = np.where(table["nino_of"] >= 0, table["nino_of"], table["person"])
    return singles(table[known.reindex(number).fillna(0).to_numpy() > 1])


def id_001(truth: Truth) -> Pairs:
    posts = jobs(truth)
    return of_others(truth, posts[posts["runs"]])


def id_002(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction")
    return of_others(truth, made[made["claim_end"] > TODAY])


def waiting(start: pd.Series, form: pd.Series) -> pd.Series:
    return (form == 2) & (start >= TODAY - 112)


def id_003(truth: Truth) -> Pairs:
    posts = jobs(truth)
    posts = posts[posts["runs"] & (posts["nino_form"] > 0)]
    return singles(posts[~waiting(posts["employment_start"], posts["nino_form"])])


def id_004(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction")
    made = made[(made["claim_end"] > TODAY) & (made["passported"] == 0) & (made["nino_form"] > 0)]
    return singles(made[~waiting(made["claim_start"], made["nino_form"])])


RULES = rules_among(globals())
