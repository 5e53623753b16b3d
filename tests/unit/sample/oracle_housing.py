"""The oracle's housing rules that came later: homes let on, right to buy, waiting lists; see `sample_oracle`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sample_oracle import (
    Pairs,
    Truth,
    active,
    electors,
    ends,
    lived_in,
    others,
    pairs,
    rules_among,
    staying,
    tenancies,
    twice,
)  # fmt: skip

from fraudmatch.sample.streams import TODAY


def ht_005(truth: Truth) -> Pairs:
    roll = electors(truth)
    home = set(zip(roll["person"].tolist(), roll["property"].tolist(), strict=True))
    lets = staying(truth)
    sole = lets.groupby("property")["person"].transform("nunique") == 1
    away = [pair not in home for pair in zip(lets["person"].tolist(), lets["property"].tolist(), strict=True)]
    surname = truth.world.people.surname
    newest = roll.groupby("person")["date_added"].transform("max") == roll["date_added"]
    return pairs(lets[sole & np.asarray(away)], roll[newest & (roll["eighteen"] <= TODAY)], "property",
                 lambda t: others(t) & (t["date_added"] > t["tenancy_start"] + 182)
                 & (surname[t["person"].to_numpy()] != surname[t["person_r"].to_numpy()]))  # fmt: skip


def ht_006(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction", parties=True)
    return pairs(staying(truth), made[made["claim_end"] > TODAY], "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["claim_start"] < TODAY - 56))  # fmt: skip


def ht_007(truth: Truth) -> Pairs:
    rates = truth.table("business_rates")
    rates = rates[(rates["liability_end"] > TODAY) & (rates["occupied"] == 1)]
    lets = staying(truth)
    return pairs(lets[lets["tenant_status"] == "first"], rates, "property", lambda t: t["row"] >= 0)


def ht_008(truth: Truth) -> Pairs:
    held = truth.table("licence")
    held = held[(held["licence_kind"] == "short_let") & (held["licence_status"] == "live")]
    return pairs(tenancies(truth), held[held["licence_expiry"] >= TODAY], "property",
                 lambda t: t["issue_date"] >= t["tenancy_start"])  # fmt: skip


def ht_009(truth: Truth) -> Pairs:
    placed = truth.table("housing_tenancy")
    placed = placed[(placed["tenancy_type"] == "temporary") & (placed["tenancy_end"] > TODAY + 56)]
    found = pairs(placed, tenancies(truth), "person",
                  lambda t: (t["tenancy_start"] < t["tenancy_start_r"]) & (t["tenancy_start_r"] < TODAY - 28)
                  & (t["property"] != t["property_r"]))  # fmt: skip
    return ends(found, True)


def sales(truth: Truth) -> pd.DataFrame:
    return truth.table("right_to_buy")


def in_progress(truth: Truth) -> pd.DataFrame:
    return sales(truth)[sales(truth)["application_stage"].isin(["applied", "admitted", "offered"])]


def rtb_001(truth: Truth) -> Pairs:
    made = sales(truth)
    asked = made[(made["application_stage"] != "withdrawn") & ~(made["previous_discount_pence"] > 0)]
    until = asked["completion_date"].where(asked["application_stage"] == "completed", TODAY)
    done = made[made["application_stage"] == "completed"]
    found = pairs(asked.assign(until=until), done, "person",
                  lambda t: (t["property"] != t["property_r"]) & (t["completion_date_r"] < t["until"]))  # fmt: skip
    return ends(found, True)


def rtb_002(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction", parties=True)
    made = made[made["claim_end"] > TODAY]
    done = sales(truth)
    done = done[(done["application_stage"] == "completed") & (done["completion_date"] > TODAY - 365)]
    now = pairs(in_progress(truth), made, "person", lambda t: t["claim_start"] < TODAY - 56)
    return now | pairs(done, made, "person", lambda t: t["claim_start"] < t["completion_date"])


def rtb_003(truth: Truth) -> Pairs:
    tax = lived_in(truth.table("council_tax", parties=True))
    return pairs(in_progress(truth), tax, "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["liability_start"] < TODAY - 56))  # fmt: skip


def rtb_004(truth: Truth) -> Pairs:
    return pairs(in_progress(truth), staying(truth), "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["tenancy_start"] < TODAY - 56))  # fmt: skip


def wl_004(truth: Truth) -> Pairs:
    bar = (np.datetime64("2020-01-01") - np.datetime64("1970-01-01")).astype(int)
    asked = active(truth)
    asked = asked[asked["transfer_applicant"] != 1]
    return twice(asked, "person",
                 lambda t: (t["partner"] != t["partner_r"])
                 & (np.maximum(t["application_date"], t["application_date_r"]) >= bar))  # fmt: skip


def wl_005(truth: Truth) -> Pairs:
    roll = electors(truth)
    newest = roll.groupby("person")["date_added"].transform("max") == roll["date_added"]
    return pairs(active(truth), roll[newest & (roll["eighteen"] <= TODAY)], "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["date_added"] <= t["renewed_date"]))  # fmt: skip


def wl_006(truth: Truth) -> Pairs:
    done = sales(truth)
    done = done[(done["application_stage"] == "completed") & (done["completion_date"] > TODAY - 3652)]
    return pairs(active(truth), done, "person", lambda t: t["declared_tenure"] != "owner")


RULES = rules_among(globals())
