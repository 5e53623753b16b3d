"""Who lives where: council tax, electoral register, tenancies, waiting list, right to buy, reduction.

Nothing here contradicts anything else: a single person discount is given only where one
counted adult lives, tenants are registered at home and apply only for a transfer, buyers have no claim, claims declare all income.
"""

from __future__ import annotations

import numpy as np

from fraudmatch.sample import people as p
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, TODAY, Array, between, chance, draw, years

#: Band D charge a year by district, in pence, about the level of 2025/26 (invented).
BAND_D = np.asarray([222_310, 218_470, 231_060, 214_890, 229_540])
#: Ninths of the band D charge by band A to I (Local Government Finance Act 1992, s.5; I is Welsh).
NINTHS = np.asarray([6, 7, 8, 9, 11, 13, 15, 18, 21])
_BAND_SHARES = (0.17, 0.24, 0.25, 0.15, 0.1, 0.05, 0.035, 0.005)


def background(world: World) -> None:
    """Fill the registers about homes for everybody who lives in one."""
    council_tax(world)
    other_accounts(world)
    electors(world)
    tenancies(world)
    waiting_list(world)
    right_to_buy(world)


def charges(world: World, rng: np.random.Generator, properties: Array) -> tuple[Array, Array]:
    """Bands and full charges a year of some properties."""
    band = draw(rng, _BAND_SHARES, len(properties))
    return band, BAND_D[world.places.district[properties]] * NINTHS[band] // 9


def council_tax(world: World) -> None:
    """One account per household, with the discount its members are entitled to."""
    rng, homes, register = world.streams("council tax"), world.homes, world["council_tax"]
    band, charge = charges(world, rng, homes.home)
    discount, disregard = _discounts(world, rng)
    start = np.where(chance(rng, 0.6, len(homes)), homes.moved_in, between(rng, homes.moved_in, TODAY - 45))
    given = np.select([(discount == 1) | (discount == 2), discount == 3], [charge // 4, charge], 0)
    texts = world.texts
    world.account_rows = register.add(
        len(homes),
        partner=world.places.district[homes.home],
        person=homes.head,
        second=homes.partner,
        property=homes.home,
        discount_type=discount,
        disregard_type=disregard,
        exemption_type=np.where(discount == 3, texts.code("N"), -1),
        discount_start=np.where(discount > 0, start, NULL),
        liability_start=homes.moved_in,
        band=band,
        charge_annual_pence=charge,
        discount_annual_pence=given,
        reduction_recipient=0,
    )


def _discounts(world: World, rng: np.random.Generator) -> tuple[Array, Array]:
    """Discount and disregard of each household, as positions in the code lists."""
    homes, register = world.homes, world["council_tax"]
    discount = np.zeros(len(homes), dtype=np.int64)
    disregard = np.full(len(homes), -1)
    single, part, wholly = register.code("discount_type", "single_person", "disregarded", "all_disregarded")
    alone = np.isin(homes.kind, (p.SINGLE, p.LONE_PARENT))
    discount[alone & chance(rng, 0.88, len(homes))] = single
    grown_up = (homes.kind == p.PARENT_AND_GROWN) & chance(rng, 0.35, len(homes))
    two = (homes.kind == p.COUPLE) & chance(rng, 0.02, len(homes))
    discount[grown_up | two] = part
    disregard[grown_up] = register.code("disregard_type", "student", "child_benefit_18_19", "apprentice")[
        draw(rng, (0.6, 0.25, 0.15), int(grown_up.sum()))
    ]
    disregard[two] = register.code("disregard_type", "severe_mental_impairment", "carer", "care_worker")[
        draw(rng, (0.6, 0.3, 0.1), int(two.sum()))
    ]
    students = homes.kind == p.STUDENTS
    discount[students], disregard[students] = wholly, register.code("disregard_type", "student")[0]
    return discount, disregard


def other_accounts(world: World) -> None:
    """Empty homes and second homes, liable an owner who lives as one of a couple."""
    rng, homes, register = world.streams("other accounts"), world.homes, world["council_tax"]
    owners = homes.head[(homes.kind == p.COUPLE) & (homes.tenure == 0)]
    for discount, rate in (("empty", 4), ("second_home", 5)):
        count = min(world.share(rate), len(owners) // 8)
        properties = world.take_vacant(count)
        start = between(rng, TODAY - years(6), TODAY - 60, count)
        band, charge = charges(world, rng, properties)
        register.add(
            count,
            partner=world.places.district[properties],
            person=rng.choice(owners, count, replace=False),
            property=properties,
            discount_type=discount,
            exemption_type=np.where(
                chance(rng, 0.5, count), world.texts.code("C" if rate == 4 else "SH"), -1
            ),
            discount_start=start,
            liability_start=start,
            band=band,
            charge_annual_pence=charge,
            discount_annual_pence=0,
        )


def electors(world: World) -> None:
    """Adults at their homes, some sixteen- and seventeen-year-olds, and entries left behind."""
    rng, people, register = world.streams("electors"), world.people, world["electoral_register"]
    age = (TODAY - people.born) / 365.25
    lives = np.isin(people.role, (p.HEAD, p.PARTNER, p.GROWN, p.SHARER, p.STUDENT, p.SIBLING, p.RESIDENT))
    share = np.where(people.role == p.STUDENT, 0.5, 0.93)
    share[world.homes.head[world.homes.tenure == 2]] = (
        1  # no tenant seems away from a home others register at
    )
    adult = lives & (people.home >= 0) & chance(rng, share, len(people))
    attainer = (people.role == p.CHILD) & (age >= 16.3) & chance(rng, 0.5, len(people))
    who = np.flatnonzero(adult | attainer)
    joined = np.where(attainer[who], people.born[who] + years(16.1), people.joined[who])
    added = np.minimum(joined + between(rng, 5, 120, len(who)), TODAY - 5)
    franchise = np.where((people.tradition[who] == 5) & chance(rng, 0.8, len(who)), 1, 0)
    rows = register.add(
        len(who),
        partner=world.places.district[people.home[who]],
        person=who,
        property=people.home[who],
        franchise=franchise,
        date_added=added,
        dob_known=(age[who] < 18.4).astype(np.int64),
    )
    world.elector_rows = np.full(len(people), -1)
    world.elector_rows[who] = rows
    _stale_entries(world, rng, adult)


def _stale_entries(world: World, rng: np.random.Generator, registered: Array) -> None:
    people = world.people
    gone = np.flatnonzero(registered & (people.old_home >= 0) & chance(rng, 0.14, len(people)))
    world["electoral_register"].add(
        len(gone),
        partner=world.places.district[people.old_home[gone]],
        person=gone,
        property=people.old_home[gone],
        franchise="full",
        date_added=people.joined[gone] - between(rng, 300, 2500, len(gone)),
        dob_known=0,
    )


def tenancies(world: World) -> None:
    """A tenancy per home of a social landlord, with the partner as joint tenant in half of them."""
    rng, homes, register = world.streams("tenancies"), world.homes, world["housing_tenancy"]
    let = np.flatnonzero(homes.tenure == 2)
    shared = {
        "partner": world.places.district[homes.home[let]],
        "property": homes.home[let],
        "tenancy_type": register.code("tenancy_type", "secure", "assured", "introductory", "flexible")[
            draw(rng, (0.72, 0.14, 0.08, 0.06), len(let))
        ],
        "tenancy_start": homes.moved_in[let],
        "rent_weekly_pence": between(rng, 8_500, 14_500, len(let)),
        **landlord_columns(world, homes.home[let]),
    }
    register.add(len(let), person=homes.head[let], tenant_status="first", **shared)
    joint = (homes.partner[let] >= 0) & chance(rng, 0.5, len(let))
    columns = {name: values[joint] for name, values in shared.items()}
    register.add(int(joint.sum()), person=homes.partner[let][joint], tenant_status="other", **columns)


def landlord_columns(world: World, properties: Array) -> dict[str, Array]:
    """The landlord and the landlord's property reference of some homes."""
    names = world.texts.codes(
        ("Cheltenham Borough Homes", "Cotswold Homes", "Forest Homes", "Severn Vale Homes", "Windrush Homes")
    )
    return {
        "landlord": names[world.places.district[properties]],
        "property_ref": world.texts.codes(f"H{number:07d}" for number in (properties * 3 + 11).tolist()),
    }


def waiting_list(world: World) -> None:
    """Tenants who ask for a transfer, private tenants at their own address, grown children at home."""
    rng, people, homes = world.streams("waiting list"), world.people, world.homes
    count = world.share(20)
    transfers = _some(rng, homes.head[homes.tenure == 2], count // 4)
    renting = _some(rng, homes.head[(homes.tenure == 1) & (homes.kind <= p.FAMILY)], count // 3)
    family = np.flatnonzero(np.isin(people.role, (p.GROWN, p.SHARER)) & (people.home >= 0))
    at_home = _some(rng, family, count - len(transfers) - len(renting))
    for heads, tenure, transfer in ((transfers, "social_tenant", 1), (renting, "private_tenant", 0)):
        _apply(world, rng, heads, people.home[heads], tenure, transfer)
        partner = homes.partner[people.household[heads]]
        joint = partner[(partner >= 0) & chance(rng, 0.4, len(partner))]
        _apply(world, rng, joint, people.home[joint], tenure, transfer, role="joint")
    old = (people.old_home[at_home] >= 0) & chance(rng, 0.65, len(at_home))
    _apply(world, rng, at_home[~old], people.home[at_home[~old]], "living_with_family", 0)
    moved = at_home[old]
    rows = _apply(world, rng, moved, people.old_home[moved], "living_with_family", 0)
    said = people.joined[moved] - between(rng, 30, 400, len(moved))  # moved since
    applied = said - between(rng, 30, 700, len(moved))
    world["waiting_list"].put(rows, application_date=applied, renewed_date=said)


def _apply(
    world: World, rng: np.random.Generator, who: Array, written: Array, tenure: str, transfer: int,
    role: str = "main",
) -> Array:  # fmt: skip
    register = world["waiting_list"]
    applied = between(rng, np.maximum(world.people.joined[who], TODAY - years(5)), TODAY - 30)
    return register.add(
        len(who),
        partner=world.places.district[written],
        person=who,
        property=written,
        applicant_role=role,
        application_status=register.code("application_status", "active", "suspended", "housed", "cancelled")[
            draw(rng, (0.86, 0.06, 0.03, 0.05), len(who))
        ],
        application_date=applied,
        renewed_date=between(rng, np.maximum(applied, TODAY - 365), TODAY - 10),
        declared_tenure=tenure,
        transfer_applicant=transfer,
        bedroom_need=between(rng, 1, 4, len(who)),
    )


def right_to_buy(world: World) -> None:
    """Tenants applying for their own homes, and owners who bought theirs."""
    rng, homes, register = world.streams("right to buy"), world.homes, world["right_to_buy"]
    count = world.share(2)
    tenants = _some(
        rng, np.flatnonzero((homes.tenure == 2) & (homes.moved_in < TODAY - years(3.2))), count // 2
    )
    owners = _some(rng, np.flatnonzero((homes.tenure == 0) & (homes.kind == p.COUPLE)), count - count // 2)
    stage = register.code("application_stage", "applied", "admitted", "offered", "withdrawn")
    for chosen, bought in ((tenants, False), (owners, True)):
        applied = between(
            rng, TODAY - (years(6) if bought else 500), TODAY - (400 if bought else 20), len(chosen)
        )
        done = "completed" if bought else stage[draw(rng, (0.4, 0.3, 0.2, 0.1), len(chosen))]
        register.add(
            len(chosen),
            partner=world.places.district[homes.home[chosen]],
            person=homes.head[chosen],
            property=homes.home[chosen],
            application_stage=done,
            application_date=applied,
            completion_date=applied + between(rng, 120, 360, len(chosen)) if bought else NULL,
            discount_pence=between(rng, 1_500_000, 3_000_000, len(chosen)) if bought else NULL,
        )


def council_tax_reduction(world: World, earning: Array, pensioned: Array, driving: Array) -> None:
    """Claims of households, each declaring what its people really have.

    Args:
        earning / pensioned / driving: for every person, whether on a payroll, receiving an
            occupational pension, holding a taxi licence.
    """
    rng, homes, register = world.streams("reduction"), world.homes, world["council_tax_reduction"]
    buying = np.isin(homes.head, world["right_to_buy"]["person"])
    eligible = np.flatnonzero((homes.kind <= p.FAMILY) & (homes.kind != p.SHARERS) & ~buying)
    order = np.argsort(rng.random(len(eligible)) - 0.45 * (homes.tenure[eligible] == 2), kind="stable")
    let = np.sort(eligible[order[: world.share(60)]])
    head, partner = homes.head[let], homes.partner[let]
    start = between(rng, np.maximum(homes.moved_in[let], TODAY - years(6)), TODAY - 40)
    ended = chance(rng, 0.06, len(let))
    work = _either(earning, head, partner)
    award = between(rng, 800, 3_200, len(let))
    register.add(
        len(let),
        partner=world.places.district[homes.home[let]],
        person=head,
        second=partner,
        property=homes.home[let],
        council_tax_ref=world.account_rows[let],
        claim_start=start,
        claim_end=np.where(ended, between(rng, start + 20, TODAY - 10), NULL),
        award_weekly_pence=award,
        scheme=(world.people.age()[head] >= 66).astype(np.int64),
        passported=chance(rng, 0.45, len(let)) & ~work,
        employment_declared=work,
        self_employment_declared=_either(driving, head, partner),
        pension_declared=_either(pensioned, head, partner),
        declared_earnings_weekly_pence=np.where(work, between(rng, 9_000, 38_000, len(let)), NULL),
    )
    world["council_tax"].put(world.account_rows[let[~ended]], reduction_recipient=1)


def _either(fact: Array, head: Array, partner: Array) -> Array:
    """Whether the fact holds for the head or the partner of a household."""
    return np.asarray(fact[head] | (fact[partner] & (partner >= 0)))


def _some(rng: np.random.Generator, pool: Array, count: int) -> Array:
    """`count` members of the pool, or all of them, without repetition."""
    return np.asarray(rng.permutation(pool)[: max(count, 0)])
