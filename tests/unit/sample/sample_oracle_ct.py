"""What the rules of council tax and business rates would find if they knew the truth; see `sample_oracle`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sample_oracle import (
    FAR,
    Pairs,
    Truth,
    claims,
    dead,
    electors,
    jobs,
    live_badges,
    others,
    pairs,
    plain_discounts,
    rated,
    twice,
    unexpired,
)

from fraudmatch.sample.streams import TODAY


def ct_006(truth: Truth) -> Pairs:
    tax = truth.table("council_tax", parties=True)
    words = np.asarray([truth.world.texts[code] if code >= 0 else "" for code in tax["exemption_type"]])
    return pairs(
        tax[(tax["liability_end"] > TODAY) & (words != "F")],
        dead(truth),
        "person",
        lambda t: t["date_of_death"] < TODAY - 60,
    )


def ct_007(truth: Truth) -> Pairs:
    tax = truth.table("council_tax")
    tax = tax[(tax["disregard_type"] == "student") & (tax["discount_type"] == "all_disregarded")]
    posts = jobs(truth)
    return pairs(tax, posts[posts["runs"]], "person",
                 lambda t: t["full_time_code"] == "full")  # fmt: skip


def ct_008(truth: Truth) -> Pairs:
    return pairs(
        half_a_year(truth), electors(truth), "property", lambda t: t["date_added"] > t["discount_start"]
    )


def br_001(truth: Truth) -> Pairs:
    return twice(rated(truth), "payer",
                 lambda t: (t["relief_type"] == "small_business") & (t["relief_type_r"] == "small_business")
                 & (t["partner"] != t["partner_r"]))  # fmt: skip


def br_002(truth: Truth) -> Pairs:
    both = main_and_other(truth, "firm")
    return rows_of(both, both["partner"] == both["partner_r"])


# Council tax beside permits, licences, badges, pensions, lists, and its own dates ------------------


def beside(truth: Truth, right: pd.DataFrame, start: str) -> Pairs:
    """A plain discount and another adult's running paper at the home that is no older than the liability."""
    right = right.assign(eighteen=truth.born.reindex(right["person"]).to_numpy() + 18 * 365.25)
    moved = newest_home(truth)
    right = right.assign(now_at=moved.reindex(right["person"]).to_numpy())

    def fits(t: pd.DataFrame) -> pd.Series:
        stays = t["now_at"].isna() | (t["now_at"] == t["property"])
        return others(t) & (t["eighteen"] <= TODAY) & (t[start] >= t["liability_start"]) & stays

    return pairs(plain_discounts(truth), right[right["person"] >= 0], "property", fits)


def newest_home(truth: Truth) -> pd.Series:
    """Person -> the property of the latest running residence entry."""
    parts = []
    for dataset, start, end in (
        ("electoral_register", "date_added", "date_removed"), ("council_tax", "liability_start", "liability_end"),
        ("housing_tenancy", "tenancy_start", "tenancy_end"),
    ):  # fmt: skip
        table = truth.table(dataset)
        runs = table[end] == (-FAR if end == "date_removed" else FAR)
        parts.append(table.loc[runs, ["person", "property", start]].rename(columns={start: "since"}))
    all_ = pd.concat(parts).sort_values("since", kind="stable")
    return all_.groupby("person")["property"].last()


def permits(truth: Truth, *kinds: str) -> pd.DataFrame:
    held = unexpired(truth.table("permit"), "permit_expiry")
    return held[(held["permit_status"] == "live") & held["permit_kind"].isin(kinds)]


def licences(truth: Truth) -> pd.DataFrame:
    held = unexpired(truth.table("licence"), "licence_expiry")
    return held[held["licence_status"] == "live"]


def ct_009(truth: Truth) -> Pairs:
    roll = electors(truth)
    days = roll["person"].map(lambda p: days_to_eighteen(int(truth.born[p])) if p >= 0 else 0)
    tax = plain_discounts(truth)
    return pairs(tax, roll[days.between(1, 31)], "property", lambda t: others(t) & (t["discount_end"] == FAR))


def days_to_eighteen(born: int) -> int:
    day = np.datetime64(born, "D").item()
    return (day.replace(year=day.year + 18, day=min(day.day, 28)) - np.datetime64(TODAY, "D").item()).days


def ct_010(truth: Truth) -> Pairs:
    return beside(truth, permits(truth, "resident", "concessionary_pass"), "permit_start")


def ct_011(truth: Truth) -> Pairs:
    held = licences(truth)
    return beside(truth, held[held["licence_kind"] != "operator"], "issue_date")


def ct_012(truth: Truth) -> Pairs:
    return beside(truth, live_badges(truth), "badge_start")


def ct_013(truth: Truth) -> Pairs:
    paid = truth.table("pension")
    paid = paid[(paid["pension_kind"] == "in_payment") & (paid["pension_end"] > TODAY)]
    return beside(truth, paid.assign(any_day=FAR), "any_day")


def ct_014(truth: Truth) -> Pairs:
    tax = truth.table("council_tax")
    tax = tax[(tax["disregard_type"] == "student") & (tax["discount_type"] == "all_disregarded")]
    return pairs(tax, claims(truth), "person", lambda t: t["scheme"] == "working_age")


def reported_empty(truth: Truth, *also: str) -> pd.DataFrame:
    tax = truth.table("council_tax")
    words = [truth.world.texts[code] if code >= 0 else "" for code in tax["exemption_type"]]
    # Classes of the Council Tax (Exempt Dwellings) Order for homes nobody lives in.
    vacant = np.isin(words, list("BDEFGHIJKLQ"))
    tax = tax[(tax["discount_type"].isin(["empty", *also]) | vacant) & (tax["liability_end"] > TODAY)]
    return tax[tax["discount_end"] > TODAY]


def half_a_year(truth: Truth, *also: str) -> pd.DataFrame:
    tax = reported_empty(truth, *also)
    return tax[tax["discount_start"] < TODAY - 180]


def ct_015(truth: Truth) -> Pairs:
    return pairs(half_a_year(truth), permits(truth, "resident"), "property",
                 lambda t: t["permit_start"] > t["discount_start"])  # fmt: skip


def ct_016(truth: Truth) -> Pairs:
    lets = truth.table("housing_tenancy")
    lets = lets[(lets["tenancy_end"] > TODAY) & (lets["tenancy_type"] != "garage")]
    return pairs(half_a_year(truth), lets, "property",
                 lambda t: (t["tenancy_start"] > t["discount_start"]) & (t["tenancy_start"] < TODAY - 28))  # fmt: skip


def ct_017(truth: Truth) -> Pairs:
    return pairs(half_a_year(truth), rated(truth), "property",
                 lambda t: (t["liability_start_r"] > t["discount_start"]) & (t["liability_start_r"] < TODAY - 28))  # fmt: skip


def ct_018(truth: Truth) -> Pairs:
    tax = truth.table("council_tax")
    tax = tax[(tax["discount_type"] == "second_home") & (tax["liability_end"] > TODAY)]
    return pairs(tax, rated(truth), "property",
                 lambda t: (t["liability_start_r"] >= t["liability_start"]) & (t["liability_start_r"] < TODAY - 28))  # fmt: skip


def ct_019(truth: Truth) -> Pairs:
    held = licences(truth)
    return pairs(half_a_year(truth, "second_home"), held[held["licence_kind"] != "operator"], "property",
                 lambda t: t["issue_date"] > t["discount_start"])  # fmt: skip


def alone(table: pd.DataFrame, hit: pd.Series) -> Pairs:
    return {(row, -1) for row in table.loc[hit, "row"].tolist()}


def ct_020(truth: Truth) -> Pairs:
    tax = truth.table("council_tax")
    given = (tax["discount_annual_pence"] > 0) & ~tax["discount_type"].isin(["none", "empty", "second_home"])
    over = (tax["discount_end"] < TODAY - 28) & (tax["discount_end"] >= tax["discount_start"])
    return alone(tax, given & over & (tax["liability_end"] > TODAY) & (tax["liability_start"] <= TODAY))


def ct_021(truth: Truth) -> Pairs:
    tax = truth.table("council_tax")
    words = np.asarray([truth.world.texts[code] if code >= 0 else "" for code in tax["exemption_type"]])
    tax = tax[(tax["liability_end"] > TODAY) & (words != "F")]
    return pairs(tax, dead(truth), "person", lambda t: t["liability_start"] - t["date_of_death"] > 60)


def ct_022(truth: Truth) -> Pairs:
    tax = truth.table("council_tax")
    born = truth.born.reindex(tax["person"]).to_numpy()
    lived_in = ~tax["discount_type"].isin(["empty", "second_home"])
    young = (tax["liability_start"] < born + 18 * 365) & lived_in & (tax["liability_start"] > -FAR)
    backwards = (tax["liability_end"] < tax["liability_start"]) | (
        tax["discount_end"] < tax["discount_start"]
    )
    return alone(tax, young | backwards | (tax["liability_start"] > TODAY + 365))


# Business rates ---------------------------------------------------------------------------------


def main_and_other(truth: Truth, who: str) -> pd.DataFrame:
    """Small business relief on one property, and another occupied one that neither is small nor in grace."""
    rates = rated(truth)
    main = rates[(rates["relief_type"] == "small_business") & (rates[who] >= 0)]
    both = main.merge(rates[rates[who] >= 0], on=who, suffixes=("", "_r"))
    both = both[both["row"] != both["row_r"]]
    small = (both["pounds_r"] <= 2_899) & (both["pounds"] + both["pounds_r"] <= 19_999)
    grace = (both["liability_start_r"] > both["liability_start"]) & (both["liability_start_r"] > TODAY - 365)
    return both[~small & ~(grace & (both["relief_type_r"] != "small_business"))]


def rows_of(both: pd.DataFrame, keep: pd.Series) -> Pairs:
    return {(min(p), max(p)) for p in zip(both.loc[keep, "row"], both.loc[keep, "row_r"], strict=True)}


def br_003(truth: Truth) -> Pairs:
    both = main_and_other(truth, "payer")
    return rows_of(both, (both["partner"] != both["partner_r"]) & (both["relief_type_r"] != "small_business"))


def br_004(truth: Truth) -> Pairs:
    both = main_and_other(truth, "person")
    return rows_of(both, both["property"] != both["property_r"])


def br_005(truth: Truth) -> Pairs:
    rates = truth.table("business_rates")
    rates = rates[(rates["relief_type"] == "small_business") & (rates["liability_end"] > TODAY)]
    pounds = rates["rateable_value_pence"] / 100
    due = pounds * 49.9 * ((15_000 - pounds) / 3_000).clip(0, 1)
    idle = (rates["occupied"] == 0) & (rates["empty_from"] < TODAY - 28)
    return alone(rates, idle | (pounds > 15_000) | (rates["relief_annual_pence"] > due * 1.05))


def idle_premises(truth: Truth) -> pd.DataFrame:
    rates = truth.table("business_rates")
    return rates[(rates["occupied"] == 0) & (rates["liability_end"] > TODAY)]


def br_006(truth: Truth) -> Pairs:
    return pairs(idle_premises(truth), licences(truth), "property",
                 lambda t: (t["issue_date"] > t["empty_from"]) & (t["issue_date"] < TODAY - 28))  # fmt: skip


def br_007(truth: Truth) -> Pairs:
    paid = truth.table("creditor")
    live = (paid["creditor_status"] == "live") & (paid["creditor_type"] == "supplier")
    paid = paid[live & (paid["paid_annual_pence"] > 0)]
    return pairs(idle_premises(truth), paid, "property",
                 lambda t: (t["empty_from"] < TODAY - 90)
                 & ((t["created_date"] > t["empty_from"]) | (t["empty_from"] < TODAY - 365)))  # fmt: skip


def br_008(truth: Truth) -> Pairs:
    return pairs(idle_premises(truth), permits(truth, "resident", "other"), "property",
                 lambda t: (t["permit_start"] > t["empty_from"]) & (t["permit_start"] < TODAY - 28))  # fmt: skip


def br_009(truth: Truth) -> Pairs:
    rates = truth.table("business_rates")
    firm = rates["firm"].to_numpy()
    named = (firm >= 0) & (truth.world.firms.charity_number[np.maximum(firm, 0)] > 0)
    full = rates["relief_annual_pence"] > rates["rateable_value_pence"] * 0.499 * 0.72
    return alone(rates, (rates["relief_type"] == "charity") & ~named & full)


def br_010(truth: Truth) -> Pairs:
    rates = truth.table("business_rates")
    words = [truth.world.texts[code] if code >= 0 else "" for code in rates["description"]]
    lets = rates[np.char.startswith(np.asarray(words), "Self-catering") & (rates["liability_end"] > TODAY)]
    return pairs(lets, electors(truth), "property",
                 lambda t: (t["date_added"] > t["liability_start"]) & (t["date_added"] < TODAY - 28))  # fmt: skip


RULES: dict[str, Callable[[Truth], Pairs]] = {
    f"FM-{name.split('_')[0].upper()}-{name.split('_')[1]}": rule
    for name, rule in sorted(globals().items())
    if name[:3] in ("ct_", "br_") and callable(rule)
}
