"""What every rule would find if it knew the truth: plain joins over the generator's own tables.

Written from the catalogue of rules alone, without a look at how cases are planted, so that an
inconsistency nobody meant shows as a pair that the answer key lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import Any

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


def singles(table: pd.DataFrame) -> Pairs:
    """The rows themselves, for rules that look at one record."""
    return {(row, -1) for row in table["row"].tolist()}


def unexpired(held: pd.DataFrame, expiry: str) -> pd.DataFrame:
    """What has not run out, or says no last day."""
    return held[(held[expiry] > TODAY) | (held[expiry] == -FAR)]


def plain_discounts(truth: Truth) -> pd.DataFrame:
    tax = truth.table("council_tax")
    return tax[
        (tax["discount_type"] == "single_person")
        & (tax["discount_end"] > TODAY)
        & (tax["liability_end"] > TODAY)
    ]


def ct_090(truth: Truth) -> Pairs:
    """Every account of a home with three of them, as a row of its own."""
    plain = plain_discounts(truth)
    plain = plain[plain["property"] >= 0]
    number = plain.groupby(["partner", "property"])["row"].transform("nunique")
    return {(row, -1) for row in plain.loc[number >= 3, "row"].tolist()}


def electors(truth: Truth) -> pd.DataFrame:
    roll = truth.table("electoral_register")
    roll = roll[(roll["date_removed"] == -FAR) & (roll["franchise"] != "overseas")]
    return roll.assign(eighteen=truth.born.reindex(roll["person"]).to_numpy() + 18 * 365.25)


def tenancies(truth: Truth) -> pd.DataFrame:
    lets = truth.table("housing_tenancy")
    return lets[(lets["tenancy_end"] > TODAY) & ~lets["tenancy_type"].isin(["temporary", "garage", "decant"])]


def staying(truth: Truth) -> pd.DataFrame:
    """Tenancies of the living of which no end is keyed for the next eight weeks."""
    lets = tenancies(truth)
    return lets[(lets["tenancy_end"] > TODAY + 56) & ~lets["person"].isin(truth.table("deaths")["person"])]


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


def ht_001(truth: Truth) -> Pairs:
    return twice(staying(truth), "person",
                 lambda t: TODAY - np.maximum(t["tenancy_start"], t["tenancy_start_r"])
                 > np.where((t["partner"] == t["partner_r"]) & (t["landlord"] == t["landlord_r"]), 91, 56))  # fmt: skip


def ht_002(truth: Truth) -> Pairs:
    tax = truth.table("council_tax", parties=True)
    return pairs(staying(truth), lived_in(tax), "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["liability_start"] < TODAY - 56))  # fmt: skip


def lived_in(tax: pd.DataFrame) -> pd.DataFrame:
    """Running accounts of homes that are neither empty, a second home nor students' alone."""
    other = tax["discount_type"].isin(["empty", "second_home", "all_disregarded"])
    return tax[(tax["liability_end"] > TODAY) & ~other]


def ht_003(truth: Truth) -> Pairs:
    lets = tenancies(truth)
    alone = (lets.groupby("property")["person"].transform("nunique") == 1) & (
        lets["tenancy_end"] > TODAY + 56
    )
    return pairs(lets[alone], dead(truth), "person", lambda t: t["date_of_death"] < TODAY - 60)


def ht_004(truth: Truth) -> Pairs:
    bought = truth.table("right_to_buy")
    return pairs(tenancies(truth), bought[bought["application_stage"] == "completed"], "person",
                 lambda t: (t["completion_date"] - t["tenancy_start"]).abs() < 5 * 365.25)  # fmt: skip


def active(truth: Truth) -> pd.DataFrame:
    asked = truth.table("waiting_list")
    return asked[asked["application_status"] == "active"]


def wl_001(truth: Truth) -> Pairs:
    return pairs(active(truth), staying(truth), "person",
                 lambda t: (t["transfer_applicant"] == 0) & (t["tenancy_start"] < TODAY - 28))  # fmt: skip


def wl_002(truth: Truth) -> Pairs:
    tax = truth.table("council_tax", parties=True)
    return pairs(active(truth), tax[tax["liability_end"] > TODAY], "person",
                 lambda t: (t["property"] != t["property_r"]) & (t["declared_tenure"] != "owner")
                 & (t["liability_start"] <= t["renewed_date"]))  # fmt: skip


def wl_003(truth: Truth) -> Pairs:
    return pairs(active(truth), dead(truth), "person", lambda t: t["date_of_death"] < TODAY - 28)


def py_001(truth: Truth) -> Pairs:
    posts = jobs(truth)
    posts = posts[(posts["full_time_code"] == "full") & (posts["worker_kind"] == "employee")]
    return twice(posts, "person", side_by_side)


def side_by_side(t: pd.DataFrame) -> pd.Series:
    """Two councils' posts for more than four weeks, both paid after the later began, and not agreed."""
    last = np.minimum(np.minimum(t["employment_end"], t["employment_end_r"]), TODAY)
    began = np.maximum(t["employment_start"], t["employment_start_r"])
    paid = np.minimum(t["last_paid"], t["last_paid_r"])
    agreed = (t["second_job_agreed"] == 1) | (t["second_job_agreed_r"] == 1)
    return (t["partner"] != t["partner_r"]) & (last - began > 28) & (paid >= began) & ~agreed


def suppliers(truth: Truth) -> pd.DataFrame:
    held = truth.table("creditor")
    return held[
        (held["creditor_type"] == "supplier") & (held["creditor_status"] == "live") & (held["firm"] >= 0)
    ]


def py_002(truth: Truth) -> Pairs:
    firms, world = truth.world.firms, truth.world
    paid = suppliers(truth)
    paid = paid[paid["interest_declared"] == 0]
    paid = paid.assign(account=firms.account[paid["firm"].to_numpy()])
    staff = jobs(truth)
    staff = staff[staff["runs"]].assign(account=lambda t: account_of(world, t["person"].to_numpy()))
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
    return twice(held[held["holder_kind"] == "person"], "person",
                 lambda t: np.minimum(t["badge_expiry"], t["badge_expiry_r"])
                 - np.maximum(t["badge_start"], t["badge_start_r"]) > 84)  # fmt: skip


def rated(truth: Truth) -> pd.DataFrame:
    rates = truth.table("business_rates")
    rates = rates[(rates["liability_end"] > TODAY) & (rates["occupied"] == 1)]
    payer = np.where(rates["firm"] >= 0, rates["firm"], FAR + rates["person"])
    return rates.assign(payer=payer, pounds=rates["rateable_value_pence"] / 100)


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
    paid = invoices(truth)
    paid = paid.assign(day=paid["invoice_date"].astype(str) + "/" + paid["payment_date"].astype(str))
    document = paid.groupby(["creditor_ref", "ref", "day"])["gross_pence"]
    paid = paid.assign(lines=document.transform("size"), total=document.transform("sum"))
    paid["paid_so"] = paid.groupby(["creditor_ref", "gross_pence"])["row"].transform("size")
    paid["days"] = paid.groupby(["creditor_ref", "ref"])["payment_date"].transform("nunique")
    paid["payees"] = paid.groupby(["partner", "ref"])["creditor_ref"].transform("nunique")
    paid = paid[(paid["days"] < 3) & (paid["payees"] < 5)]
    return twice(paid, "creditor_ref", paid_again)


def paid_again(t: pd.DataFrame) -> pd.Series:
    """One number and gross, and neither lines of a larger document nor a yearly charge."""
    one = t["day"] == t["day_r"]
    differs = t["purpose"] != t["purpose_r"]
    lines = one & ((t["lines"] >= 3) | (t["paid_so"] >= 5) | differs)
    year = differs & ((t["payment_date"] - t["payment_date_r"]).abs() > 300)
    other = ~one & (t["total"] != t["total_r"])
    same = (t["gross_pence"] == t["gross_pence_r"]) & (t["ref"] == t["ref_r"])
    return same & ~lines & ~year & ~other


def cr_002(truth: Truth) -> Pairs:
    return twice(invoices(truth), "creditor_ref",
                 lambda t: (t["gross_pence"] == t["gross_pence_r"]) & (t["ref"] != t["ref_r"])
                 & ((t["invoice_date"] - t["invoice_date_r"]).abs() <= 3))  # fmt: skip


def cr_003(truth: Truth) -> Pairs:
    return twice(invoices(truth), "firm",
                 lambda t: (t["creditor_ref"] != t["creditor_ref_r"]) & (t["partner"] == t["partner_r"])
                 & (t["gross_pence"] == t["gross_pence_r"])
                 & (t["ref"] == t["ref_r"]))  # fmt: skip


def cr_004(truth: Truth) -> Pairs:
    firms, live = truth.world.firms, suppliers(truth)
    firm = live["firm"].to_numpy()
    live = live.assign(account=firms.account[firm], company=firms.company_number[firm])
    few = live.groupby("account")["firm"].transform("nunique") < 5

    def two_names(t: pd.DataFrame) -> np.ndarray:
        of = [
            [truth.world.words[code] for code in firms.name[t[c].to_numpy()].tolist()]
            for c in ("firm", "firm_r")
        ]
        return np.asarray(
            [SequenceMatcher(None, a, b).ratio() < 0.9 for a, b in zip(*of, strict=True)], dtype=bool
        )

    def two_companies(t: pd.DataFrame) -> pd.Series:
        apart = (t["firm"] != t["firm_r"]) & two_names(t)
        return apart & ((t["company"] != t["company_r"]) | (t["company"] == 0))

    return twice(live[few], "account", two_companies)


def claims(truth: Truth) -> pd.DataFrame:
    made = truth.table("council_tax_reduction", parties=True)
    return made[(made["claim_end"] > TODAY) & (made["passported"] == 0)]


def ctr_001(truth: Truth) -> Pairs:
    posts = jobs(truth)
    told = posts["employment_start"] < TODAY - 21
    return pairs(
        claims(truth), posts[posts["runs"] & told], "person", lambda t: t["employment_declared"] == 0
    )


def ctr_002(truth: Truth) -> Pairs:
    paid = truth.table("pension")
    paid = paid[(paid["pension_kind"] == "in_payment") & (paid["pension_end"] > TODAY)]
    paid = paid[paid["pension_start"] < TODAY - 21]
    return pairs(claims(truth), paid, "person", lambda t: t["pension_declared"] == 0)


def ctr_003(truth: Truth) -> Pairs:
    made = truth.table("council_tax_reduction", parties=True)
    return twice(made[made["claim_end"] > TODAY], "person",
                 lambda t: (t["partner"] != t["partner_r"])
                 & (np.maximum(t["claim_start"], t["claim_start_r"]) < TODAY - 14))  # fmt: skip


def cp_001(truth: Truth) -> Pairs:
    return pairs(truth.table("care_payment"), dead(truth), "person",
                 lambda t: t["last_paid_to"] > t["date_of_death"] + 14)  # fmt: skip


def lc_001(truth: Truth) -> Pairs:
    held = truth.table("licence")
    held = held[held["licence_kind"].isin(["hackney", "private_hire"]) & (held["licence_status"] == "live")]
    held = unexpired(held, "licence_expiry")
    return pairs(claims(truth), held, "person", lambda t: t["self_employment_declared"] == 0)


def pp_001(truth: Truth) -> Pairs:
    held = unexpired(truth.table("permit"), "permit_expiry")
    return pairs(held[held["permit_status"] == "live"], dead(truth), "person", lambda t: t["row"] >= 0)


def rules_among(names: dict[str, Any]) -> dict[str, Callable[[Truth], Pairs]]:
    """Rule id -> its function, of those called after a rule: `ct_001` for FM-CT-001."""
    return {
        f"FM-{name.split('_')[0].upper()}-{name.split('_')[1]}": rule
        for name, rule in sorted(names.items())
        if name.split("_")[-1].isdigit() and callable(rule)
    }


RULES = rules_among(globals())


def ends(rows: Iterable[tuple[int, int]], same: bool) -> Pairs:
    """Pairs of row numbers, in order where both are of one table."""
    return {(min(pair), max(pair)) if same else pair for pair in rows}
