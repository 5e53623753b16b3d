"""Trade: creditors, what they were paid, and who pays business rates for what.

Invoice references run upwards within a creditor's own series and amounts hardly repeat, but for
monthly series of equal amounts. Every account belongs to one creditor, sites of one supplier
apart, and nobody has small business relief on one of several properties.
"""

from __future__ import annotations

import numpy as np

from fraudmatch.sample import people as p
from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, TODAY, Array, between, chance, draw, years
from fraudmatch.sample.word_lists import words_of

#: Small business multiplier in thousandths of a pound (49.9p, England 2025/26).
MULTIPLIER = 499
_PARTNER_WEIGHTS = (0.14, 0.11, 0.11, 0.11, 0.13, 0.4)


def background(world: World) -> None:
    """Fill the registers about trade."""
    creditors(world)
    payments(world)
    business_rates(world)


def creditors(world: World) -> None:
    """Suppliers, some of them to two partners or with two sites; and people who are paid as creditors."""
    rng, people = world.streams("creditors"), world.people
    count = world.share(15)
    firms = world.firms.add(world.take_vacant(count * 3 // 4))
    partner = draw(rng, _PARTNER_WEIGHTS, len(firms))
    add_creditors(world, firms, partner)
    sites = rng.choice(len(firms), max(count // 30, 1), replace=False)
    add_creditors(world, firms[sites], partner[sites], site=2)
    elsewhere = np.setdiff1d(np.arange(len(firms)), sites)[: count // 12]
    add_creditors(world, firms[elsewhere], (partner[elsewhere] + 1) % 6)
    adults = np.isin(people.role, (p.HEAD, p.PARTNER)) & (people.age() >= 22)
    adults[world["payroll"]["person"]] = False
    who = rng.permutation(np.flatnonzero(adults))[: count // 6]
    kinds = world["creditor"].code("creditor_type", "refund", "foster_carer", "allowance", "individual")
    add_people(world, who, np.where(chance(rng, 0.4, len(who)), COUNTY, world.places.district[people.home[who]]),
               kind=kinds[draw(rng, (0.45, 0.25, 0.15, 0.15), len(who))])  # fmt: skip


def add_creditors(
    world: World, firms: Array, partner: Array, *, site: int = 1, property: Array | None = None
) -> Array:
    """Standing records of suppliers; a further site has another address."""
    rng = world.streams(f"creditor {len(world['creditor'])}")
    own = world.firms.property[firms] if site == 1 else world.take_vacant(len(firms))
    return world["creditor"].add(
        len(firms), partner=partner, firm=firms, property=own if property is None else property,
        creditor_type="supplier", creditor_status="live", site_id=world.texts.code(f"{site:02d}"),
        created_date=between(rng, TODAY - years(12), TODAY - years(3), len(firms)), interest_declared=0,
        paid_annual_pence=between(rng, 50_000, 40_000_000, len(firms)),
    )  # fmt: skip


def add_people(world: World, who: Array, partner: Array, *, kind: Array | str) -> Array:
    """Standing records of people paid as creditors."""
    rng = world.streams(f"creditor {len(world['creditor'])}")
    return world["creditor"].add(
        len(who), partner=partner, person=who, property=world.people.home[who], creditor_type=kind,
        creditor_status="live", site_id=world.texts.code("01"),
        created_date=between(rng, TODAY - years(8), TODAY - 100, len(who)),
        paid_annual_pence=between(rng, 2_000, 900_000, len(who)),
    )  # fmt: skip


def payments(world: World) -> None:
    """Invoices of three years, most to few creditors; one creditor in twenty sends equal monthly ones."""
    rng = world.streams("payments")
    suppliers = np.flatnonzero(world["creditor"]["firm"] >= 0)
    popularity = 1 / (rng.permutation(len(suppliers)) + 8.0)
    count = world.share(250)
    chosen = np.sort(draw(rng, popularity, count))
    serial = np.arange(count) - np.searchsorted(chosen, chosen, side="left")
    monthly = chance(rng, 0.05, len(suppliers))[chosen] & (serial < 34)
    dates = _invoice_dates(rng, chosen, serial, monthly)
    amount = (np.exp(rng.uniform(np.log(40), np.log(60_000), count)) * 100).astype(np.int64)
    fixed = between(rng, 15_000, 900_000, len(suppliers))
    own_pence = amount // 1000 * 1000 + serial * 7 % 1000  # no amount twice within months of a creditor
    gross = np.where(monthly, fixed[chosen], own_pence)
    credit = chance(rng, 0.01, count) & ~monthly
    refs = invoice_refs(world, suppliers[chosen], serial + 100)
    pay(world, suppliers[chosen], refs, np.where(credit, -gross, gross), dates,
        kind=np.where(credit, 1, 0))  # fmt: skip


def _invoice_dates(rng: np.random.Generator, chosen: Array, serial: Array, monthly: Array) -> Array:
    """Days that rise with the serial number within a creditor; thirty days apart in monthly series."""
    free = between(rng, TODAY - 1050, TODAY - 20, len(chosen))
    free = free[np.lexsort((free, chosen))]
    return np.where(monthly, TODAY - 1040 + serial * 30, free)


def invoice_refs(world: World, creditors: Array, serial: Array) -> Array:
    """References in each creditor's own style: prefix, separator, running number."""
    styles = ("INV-{a}{n:05d}", "{n}", "{a}/{n:04d}", "SI{n:06d}", "{a}{n:04d}", "2025-{a}-{n:03d}")
    made = (
        styles[c * 7 % 6].format(a="ABCDEFGHKLMNPRSTW"[c * 5 % 17], n=n + c * 131 % 8000)
        for c, n in zip(creditors.tolist(), serial.tolist(), strict=True)
    )
    return world.texts.codes(made)


def pay(
    world: World, creditors: Array, refs: Array, gross: Array, invoiced: Array, *, kind: Array | str = "invoice",
    paid_after: Array | int = 20,
) -> Array:  # fmt: skip
    """Payment rows to creditor rows; a sixth of what a firm registered for VAT is paid is VAT at 20 %."""
    rng, register, texts = world.streams(f"pay {len(world['payment'])}"), world["creditor"], world.texts
    count, first = len(creditors), len(world["payment"])
    paid = np.minimum(invoiced + paid_after, TODAY - 1)
    purposes = texts.codes(words_of("work.csv", kind="purpose"))
    firm = register["firm"][creditors]
    registered = (firm >= 0) & (world.firms.vat[np.maximum(firm, 0)] > 0)
    return world["payment"].add(
        count, partner=register["partner"][creditors], firm=firm,
        person=register["person"][creditors], creditor_ref=creditors, invoice_ref=refs,
        invoice_date=invoiced, payment_date=paid, gross_pence=gross, transaction_type=kind,
        vat_pence=np.where(registered, np.sign(gross) * (np.abs(gross) // 6), 0),
        order_number=texts.codes(f"PO{first + k:08d}" for k in range(count)),
        purpose=rng.choice(purposes, count),
    )  # fmt: skip


def business_rates(world: World) -> None:
    """Ratepayers with one property each, some with several and then without small business relief."""
    rng, people = world.streams("business rates"), world.people
    count = world.share(30)
    single = world.firms.add(world.take_vacant(count * 3 // 5))
    rate(world, single, property=world.firms.property[single])
    chains = world.firms.add(world.take_vacant(max(count // 20, 1)))
    for _ in range(3):
        rate(world, chains, property=world.take_vacant(len(chains)), relief=False)
    owners = rng.permutation(world.homes.head[(world.homes.kind == p.COUPLE) & (world.homes.tenure == 0)])
    traders = owners[: count // 5]
    rate(world, np.full(len(traders), -1), person=traders, property=world.take_vacant(len(traders)),
         correspondence=people.home[traders])  # fmt: skip


def rate(
    world: World, firms: Array, *, property: Array, person: Array | int = -1, correspondence: Array | int = -1,
    value: Array | None = None, relief: bool | None = None, start: Array | None = None, end: Array | int = NULL,
) -> Array:  # fmt: skip
    """Business rates accounts; `value` is the rateable value in pounds.

    Small business relief goes to occupied properties up to £12,000 in full
    (Non-Domestic Rating (Small Business Rate Relief) Regulations 2023), here to three in four;
    `relief` True gives it to all of these and False to none.
    """
    rng, texts = world.streams(f"rate {len(world['business_rates'])}"), world.texts
    count = len(property)
    rateable = (np.exp(rng.uniform(np.log(2_000), np.log(90_000), count)) / 50).astype(np.int64) * 50
    rateable = rateable if value is None else value
    occupied = np.ones(count, dtype=bool) if value is not None else chance(rng, 0.93, count)
    small = occupied & (rateable <= 12_000) & chance(rng, 0.75 if relief is None else float(relief), count)
    begun = between(rng, TODAY - years(12), TODAY - years(2.5), count) if start is None else start
    premises = texts.codes(words_of("work.csv", kind="premises"))
    return world["business_rates"].add(
        count, partner=world.places.district[property], firm=firms, person=person, property=property,
        correspondence=correspondence, property_ref=texts.codes(f"N{k:09d}" for k in (property * 7 + 5).tolist()),
        description=rng.choice(premises, count), rateable_value_pence=rateable * 100,
        relief_type=np.where(small, 1, 0), relief_start=np.where(small, begun, NULL),
        relief_annual_pence=np.where(small, rateable * MULTIPLIER // 10, 0), occupied=occupied,
        empty_from=np.where(occupied, NULL, between(rng, begun + 30, TODAY - 20)),
        liability_start=begun, liability_end=end,
    )  # fmt: skip
