"""What every rule would find if it knew the truth: plain joins over the generator's own tables.

Written from the catalogue of rules alone, without a look at how cases are planted, so that an
inconsistency nobody meant shows as a pair that the answer key lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, TODAY
from fraudmatch.schemas import DATASETS

Pairs = set[tuple[int, int]]
FAR = 10**9


class Truth:
    """The registers as data frames: codes as words, open ends far in the future, one row per party."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.born = pd.Series(world.people.born)

    def table(self, dataset: str, *, parties: bool = False) -> pd.DataFrame:
        register = self.world[dataset]
        frame = pd.DataFrame(dict(register.columns))
        frame["row"] = np.arange(len(frame))
        for field in DATASETS[dataset].details:
            if field.kind == "code":
                words = np.asarray([*field.codes, None], dtype=object)
                frame[field.name] = words[frame[field.name].to_numpy()]
            elif field.kind == "date":
                frame[field.name] = frame[field.name].replace(
                    NULL, FAR if field.name.endswith("end") else -FAR
                )
        if parties:
            second = frame[frame["second"] >= 0].assign(person=lambda t: t["second"])
            frame = pd.concat([frame, second], ignore_index=True)
        return frame


def pairs(
    left: pd.DataFrame, right: pd.DataFrame, on: str, when: Callable[[pd.DataFrame], pd.Series]
) -> Pairs:
    """Row pairs that agree on a column (never on "none") and of which `when` is true."""
    both = left[left[on] >= 0].merge(right[right[on] >= 0], on=on, suffixes=("", "_r"))
    hit = both[when(both).to_numpy(dtype=bool)]
    return set(zip(hit["row"].tolist(), hit["row_r"].tolist(), strict=True))


def twice(table: pd.DataFrame, on: str, when: Callable[[pd.DataFrame], pd.Series]) -> Pairs:
    """Pairs of different rows of one table, the lower row number first."""
    return {(min(p), max(p)) for p in pairs(table, table, on, lambda t: (t["row"] != t["row_r"]) & when(t))}


def plain_discounts(truth: Truth) -> pd.DataFrame:
    tax = truth.table("council_tax")
    return tax[
        (tax["discount_type"] == "single_person")
        & (tax["discount_end"] > TODAY)
        & (tax["liability_end"] > TODAY)
    ]


def electors(truth: Truth) -> pd.DataFrame:
    roll = truth.table("electoral_register")
    roll = roll[(roll["date_removed"] == -FAR) & (roll["franchise"] != "overseas")]
    return roll.assign(eighteen=truth.born.reindex(roll["person"]).to_numpy() + 18 * 365.25)


def tenancies(truth: Truth) -> pd.DataFrame:
    lets = truth.table("housing_tenancy")
    return lets[(lets["tenancy_end"] > TODAY) & ~lets["tenancy_type"].isin(["temporary", "garage"])]


def jobs(truth: Truth) -> pd.DataFrame:
    pay = truth.table("payroll")
    return pay.assign(runs=pay["employment_end"] > TODAY)


def others(t: pd.DataFrame) -> pd.Series:
    return t["person"] != t["person_r"]


def ct_001(truth: Truth) -> Pairs:
    return pairs(plain_discounts(truth), electors(truth), "property",
                 lambda t: others(t) & (t["eighteen"] <= TODAY) & (t["date_added"] > t["discount_start"]))  # fmt: skip


def ct_002(truth: Truth) -> Pairs:
    return pairs(plain_discounts(truth), electors(truth), "property",
                 lambda t: others(t) & (t["date_added"] < t["eighteen"]) & t["eighteen"].between(TODAY - 365, TODAY))  # fmt: skip


def ct_003(truth: Truth) -> Pairs:
    lets = tenancies(truth)
    lets = lets[~lets["person"].isin(truth.table("deaths")["person"])]
    return pairs(
        plain_discounts(truth), lets, "property", lambda t: others(t) & (t["tenant_status"] == "other")
    )


def ct_004(truth: Truth) -> Pairs:
    return pairs(plain_discounts(truth), jobs(truth), "property", lambda t: others(t) & t["runs"])


def ct_005(truth: Truth) -> Pairs:
    return twice(plain_discounts(truth), "person", lambda t: t["partner"] != t["partner_r"])


def dead(truth: Truth) -> pd.DataFrame:
    return truth.table("deaths")[["person", "row", "date_of_death"]]


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


def ht_001(truth: Truth) -> Pairs:
    return twice(tenancies(truth), "person",
                 lambda t: TODAY - np.maximum(t["tenancy_start"], t["tenancy_start_r"]) > 56)  # fmt: skip


def ht_002(truth: Truth) -> Pairs:
    tax = truth.table("council_tax", parties=True)
    tax = tax[(tax["liability_end"] > TODAY) & (tax["discount_type"] != "empty")]
    return pairs(tenancies(truth), tax, "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["liability_start"] < TODAY - 56))  # fmt: skip


def ht_003(truth: Truth) -> Pairs:
    lets = tenancies(truth)
    alone = lets.groupby("property")["person"].transform("nunique") == 1
    return pairs(lets[alone], dead(truth), "person", lambda t: t["date_of_death"] < TODAY - 60)


def ht_004(truth: Truth) -> Pairs:
    bought = truth.table("right_to_buy")
    return pairs(tenancies(truth), bought[bought["application_stage"] == "completed"], "person",
                 lambda t: (t["completion_date"] - t["tenancy_start"]).abs() < 5 * 365.25)  # fmt: skip


def active(truth: Truth) -> pd.DataFrame:
    asked = truth.table("waiting_list")
    return asked[asked["application_status"] == "active"]


def wl_001(truth: Truth) -> Pairs:
    return pairs(active(truth), tenancies(truth), "person", lambda t: t["transfer_applicant"] == 0)


def wl_002(truth: Truth) -> Pairs:
    tax = truth.table("council_tax", parties=True)
    return pairs(active(truth), tax[tax["liability_end"] > TODAY], "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["declared_tenure"] != "owner")
                 & (t["liability_start"] <= t["renewed_date"]))  # fmt: skip


def wl_003(truth: Truth) -> Pairs:
    return pairs(active(truth), dead(truth), "person", lambda t: t["row"] >= 0)


def py_001(truth: Truth) -> Pairs:
    posts = jobs(truth)
    posts = posts[posts["full_time_code"] == "full"]

    def overlap(t: pd.DataFrame) -> pd.Series:
        last = np.minimum(np.minimum(t["employment_end"], t["employment_end_r"]), TODAY)
        return (t["partner"] != t["partner_r"]) & (
            last - np.maximum(t["employment_start"], t["employment_start_r"]) > 28
        )

    return twice(posts, "person", overlap)


def py_002(truth: Truth) -> Pairs:
    firms, world = truth.world.firms, truth.world
    paid = truth.table("creditor")
    paid = paid[(paid["creditor_type"] == "supplier") & (paid["firm"] >= 0)]
    paid = paid.assign(account=firms.account[paid["firm"].to_numpy()])
    staff = jobs(truth).assign(account=lambda t: account_of(world, t["person"].to_numpy()))
    return pairs(staff, paid, "account", lambda t: t["row"] >= 0)


def account_of(world: World, who: np.ndarray) -> np.ndarray:
    from fraudmatch.sample.identifiers import bank_of_people

    return bank_of_people(world, who)


def py_003(truth: Truth) -> Pairs:
    return pairs(jobs(truth), dead(truth), "person", lambda t: t["last_paid"] > t["date_of_death"] + 31)


def pn_001(truth: Truth) -> Pairs:
    paid = truth.table("pension")
    return pairs(paid[paid["pension_kind"] == "in_payment"], dead(truth), "person",
                 lambda t: t["last_paid"] > t["date_of_death"] + 31)  # fmt: skip


def live_badges(truth: Truth) -> pd.DataFrame:
    held = truth.table("blue_badge")
    return held[(held["badge_status"] == "live") & (held["badge_expiry"] >= TODAY)]


def bb_001(truth: Truth) -> Pairs:
    return pairs(live_badges(truth), dead(truth), "person", lambda t: t["row"] >= 0)


def bb_002(truth: Truth) -> Pairs:
    held = live_badges(truth)
    return twice(held[held["holder_kind"] == "person"], "person", lambda t: t["row"] >= 0)


def rated(truth: Truth) -> pd.DataFrame:
    rates = truth.table("business_rates")
    rates = rates[(rates["liability_end"] > TODAY) & (rates["occupied"] == 1)]
    payer = np.where(rates["firm"] >= 0, rates["firm"], FAR + rates["person"])
    return rates.assign(payer=payer, pounds=rates["rateable_value_pence"] / 100)


def br_001(truth: Truth) -> Pairs:
    return twice(rated(truth), "payer",
                 lambda t: (t["relief_type"] == "small_business") & (t["relief_type_r"] == "small_business")
                 & (t["partner"] != t["partner_r"]))  # fmt: skip


def br_002(truth: Truth) -> Pairs:
    both = main_and_other(truth, "firm")
    return rows_of(both, both["partner"] == both["partner_r"])


def invoices(truth: Truth) -> pd.DataFrame:
    paid = truth.table("payment")
    spent = {
        (c, -g)
        for c, g in paid.loc[paid["gross_pence"] < 0, ["creditor_ref", "gross_pence"]].itertuples(index=False)
    }
    refs = [clean(truth.world.texts[code]) for code in paid["invoice_ref"]]
    netted = [(c, g) in spent for c, g in paid[["creditor_ref", "gross_pence"]].itertuples(index=False)]
    paid = paid.assign(ref=refs, netted=netted)
    return paid[(paid["gross_pence"] > 0) & ~paid["netted"]]


def clean(ref: str) -> str:
    bare = "".join(letter for letter in ref.upper() if letter.isalnum())
    return bare.removeprefix("INV")


def cr_001(truth: Truth) -> Pairs:
    return twice(invoices(truth), "creditor_ref",
                 lambda t: (t["gross_pence"] == t["gross_pence_r"]) & (t["ref"] == t["ref_r"]))  # fmt: skip


def cr_002(truth: Truth) -> Pairs:
    return twice(invoices(truth), "creditor_ref",
                 lambda t: (t["gross_pence"] == t["gross_pence_r"]) & (t["ref"] != t["ref_r"])
                 & ((t["invoice_date"] - t["invoice_date_r"]).abs() <= 3))  # fmt: skip


def cr_003(truth: Truth) -> Pairs:
    return twice(invoices(truth), "firm",
                 lambda t: (t["creditor_ref"] != t["creditor_ref_r"]) & (t["gross_pence"] == t["gross_pence_r"])
                 & (t["ref"] == t["ref_r"]))  # fmt: skip


def cr_004(truth: Truth) -> Pairs:
    live = truth.table("creditor")
    live = live[(live["creditor_status"] == "live") & (live["firm"] >= 0)]
    live = live.assign(account=truth.world.firms.account[live["firm"].to_numpy()])
    few = live.groupby("account")["firm"].transform("nunique") < 5
    return twice(live[few], "account", lambda t: t["firm"] != t["firm_r"])


def claims(truth: Truth) -> pd.DataFrame:
    made = truth.table("council_tax_reduction", parties=True)
    return made[(made["claim_end"] > TODAY) & (made["passported"] == 0)]


def ctr_001(truth: Truth) -> Pairs:
    posts = jobs(truth)
    return pairs(claims(truth), posts[posts["runs"]], "person", lambda t: t["employment_declared"] == 0)


def ctr_002(truth: Truth) -> Pairs:
    paid = truth.table("pension")
    paid = paid[(paid["pension_kind"] == "in_payment") & (paid["pension_end"] > TODAY)]
    return pairs(claims(truth), paid, "person", lambda t: t["pension_declared"] == 0)


def ctr_003(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction", parties=True)
    return twice(made[made["claim_end"] > TODAY], "person", lambda t: t["partner"] != t["partner_r"])


def cp_001(truth: Truth) -> Pairs:
    return pairs(truth.table("care_payment"), dead(truth), "person",
                 lambda t: t["last_paid_to"] > t["date_of_death"] + 14)  # fmt: skip


def lc_001(truth: Truth) -> Pairs:
    held = truth.table("licence")
    held = held[held["licence_kind"].isin(["hackney", "private_hire"]) & (held["licence_status"] == "live")]
    return pairs(claims(truth), held, "person", lambda t: t["self_employment_declared"] == 0)


def pp_001(truth: Truth) -> Pairs:
    held = truth.table("permit")
    return pairs(held[held["permit_status"] == "live"], dead(truth), "person", lambda t: t["row"] >= 0)


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
    held = truth.table("permit")
    return held[(held["permit_status"] == "live") & held["permit_kind"].isin(kinds)]


def licences(truth: Truth) -> pd.DataFrame:
    held = truth.table("licence")
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
    if name.split("_")[-1].isdigit() and callable(rule)
}


def ends(rows: Iterable[tuple[int, int]], same: bool) -> Pairs:
    """Pairs of row numbers, in order where both are of one table."""
    return {(min(pair), max(pair)) if same else pair for pair in rows}
