"""Work and age: payrolls, pensions, badges, permits, licences, care payments, deaths.

Everybody has at most one employer, what a dead person held ended in time, and no full-time
employee is counted as a student.
"""

from __future__ import annotations

import numpy as np

from fraudmatch.sample import people as p
from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, TODAY, Array, between, chance, draw, years
from fraudmatch.sample.word_lists import words_of

_ADULT_ROLES = (p.HEAD, p.PARTNER, p.GROWN, p.SHARER, p.SIBLING)
_BADGE_DIGITS = "0123456789ABCDEFGHJK"


def background(world: World) -> None:
    """Fill the registers about work, pensions, badges, permits, licences, care and deaths."""
    payroll(world)
    pensions(world)
    badges(world)
    permits(world)
    licences(world)
    care(world)
    deaths(world)


def written_home(world: World, rng: np.random.Generator, who: Array) -> Array:
    """The address the register holds: for most with a former home known, still that one (about 6 %)."""
    people = world.people
    stale = (people.old_home[who] >= 0) & chance(rng, 0.65, len(who))
    return np.where(stale, people.old_home[who], people.home[who])


def payroll(world: World) -> None:
    """Employees, 45 % of them with the county, most others with the council they live in."""
    rng, people = world.streams("payroll"), world.people
    able = np.isin(people.role, _ADULT_ROLES) & (people.age() >= 18) & (people.age() <= 66)
    able[world["council_tax"]["person"][world["council_tax"]["disregard_type"] >= 0]] = False
    who = rng.permutation(np.flatnonzero(able))[: world.share(60)]
    home = written_home(world, rng, who)
    own = chance(rng, 0.8, len(who))
    partner = np.where(own, world.places.district[people.home[who]], rng.integers(0, 5, len(who)))
    partner = np.where(chance(rng, 0.45, len(who)), COUNTY, partner)
    start = between(rng, np.maximum(people.born[who] + years(18), TODAY - years(30)), TODAY - 40)
    ended = chance(rng, 0.03, len(who))
    end = np.where(ended, between(rng, np.maximum(start + 10, TODAY - 200), TODAY - 20), NULL)
    hire(world, who, partner, home, start=start, end=end, full=draw(rng, (0.62, 0.3, 0.08), len(who)))


def hire(
    world: World,
    who: Array,
    partner: Array | int,
    home: Array,
    *,
    start: Array,
    end: Array | int,
    full: Array | int,
) -> Array:
    """Payroll rows; `full` is 0 full time, 1 part time, 2 casual; last paid in March or on leaving."""
    rng, texts = world.streams(f"hire {len(world['payroll'])}"), world.texts
    count = len(who)
    full = np.broadcast_to(full, count)
    end = np.broadcast_to(end, count)
    hours = np.select(
        [full == 0, full == 1], [rng.choice((3500, 3700, 4000), count), between(rng, 800, 2900, count)], 0
    )
    pay = between(rng, 1_150, 2_900, count) * np.maximum(hours, 400) // 100 * 50
    departments = texts.codes(words_of("work.csv", kind="department"))
    jobs = texts.codes(words_of("work.csv", kind="job"))
    first = len(world["payroll"])
    return world["payroll"].add(
        count,
        partner=partner,
        person=who,
        property=home,
        post_number=texts.codes(f"PN{first + k:06d}" for k in range(count)),
        department=rng.choice(departments, count),
        job_title=rng.choice(jobs, count),
        employment_start=start,
        employment_end=end,
        hours_weekly_hundredths=np.where(full == 2, NULL, hours),
        full_time_code=full,
        worker_kind="employee",
        second_job_agreed=0,
        gross_to_date_pence=pay,
        last_paid=np.where(end == NULL, TODAY - 3, np.minimum(end + 20, TODAY - 3)),
    )


def pensions(world: World) -> None:
    """Members of the county's fund: most in payment, some deferred, some widows' pensions."""
    rng, people = world.streams("pensions"), world.people
    age, count = people.age(), world.share(60)
    living = np.isin(people.role, (p.HEAD, p.PARTNER, p.RESIDENT))
    old = rng.permutation(np.flatnonzero(living & (age >= 60)))[: count * 4 // 5]
    young = rng.permutation(np.flatnonzero(living & (age >= 32) & (age < 58)))[: count - len(old)]
    start = np.maximum(people.born[old] + years(60), TODAY - between(rng, 200, years(25), len(old)))
    widow = chance(rng, 0.06, len(old)) & people.married[old] & (people.sex[old] == 1)
    grant_pension(world, old, written_home(world, rng, old), kind="in_payment", start=np.minimum(start, TODAY - 60),
                  widow=widow)  # fmt: skip
    home = written_home(world, rng, young)
    start = TODAY - between(rng, 400, years(15), len(young))
    grant_pension(world, young, home, kind="deferred", start=start, last_paid=NULL)


def grant_pension(
    world: World,
    who: Array,
    home: Array,
    *,
    kind: str,
    start: Array,
    end: Array | int = NULL,
    last_paid: Array | int = TODAY - 2,
    widow: Array | int = 0,
    nino_of: Array | int = -1,
) -> Array:
    """Pension rows of the county; `nino_of` is the person whose number is written, -1 = the pensioner's.

    Nobody who is employed has retired on ill health.
    """
    rng = world.streams(f"pension {len(world['pension'])}")
    ill = chance(rng, 0.04, len(who)) & ~np.isin(who, world["payroll"]["person"])
    return world["pension"].add(
        len(who),
        partner=COUNTY,
        person=who,
        property=home,
        nino_of=nino_of,
        pension_kind=kind,
        widow=widow,
        ill_health=ill,
        pension_start=start,
        pension_end=end,
        pension_annual_pence=between(rng, 90_000, 2_400_000, len(who)),
        last_paid=last_paid,
    )


def badges(world: World) -> None:
    """Blue badges of the county: holders mostly old; one in a hundred held by an organisation."""
    rng, people = world.streams("badges"), world.people
    likely = np.isin(people.role, (*_ADULT_ROLES, p.RESIDENT)) & (
        chance(rng, np.where(people.age() >= 65, 0.5, 0.03), len(people))
    )
    who = rng.permutation(np.flatnonzero(likely))[: world.share(45)]
    start = between(rng, TODAY - years(2.9), TODAY - 10, len(who))
    status = draw(rng, (0.93, 0.02, 0, 0.05), len(who))
    issue_badges(world, who, people.home[who], start=start, status=status)
    firms = world.firms.add(world.take_vacant(world.share(0.5)))
    start = between(rng, TODAY - years(2.5), TODAY - 10, len(firms))
    world["blue_badge"].add(
        len(firms), partner=COUNTY, firm=firms, property=world.firms.property[firms], holder_kind="organisation",
        badge_status="live", badge_start=start, badge_expiry=start + years(3),
        badge_number=badge_numbers(world, len(firms)),
    )  # fmt: skip


def issue_badges(
    world: World, who: Array, home: Array, *, start: Array, status: Array | str = "live"
) -> Array:
    """Badges of people, valid three years."""
    return world["blue_badge"].add(
        len(who), partner=COUNTY, person=who, property=home, holder_kind="person", badge_status=status,
        badge_start=start, badge_expiry=start + years(3), badge_number=badge_numbers(world, len(who)),
    )  # fmt: skip


def badge_numbers(world: World, count: int) -> Array:
    """Six characters to base 20, counting down as the national service does."""
    first = 60_000_000 - len(world["blue_badge"]) * 13
    return world.texts.codes(_base20(first - 13 * k) for k in range(count))


def _base20(number: int) -> str:
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, 20)
        digits = _BADGE_DIGITS[rest] + digits
    return digits


def permits(world: World) -> None:
    """Residents' permits and concessionary passes of the districts."""
    rng, people = world.streams("permits"), world.people
    resident = np.isin(people.role, _ADULT_ROLES) & (people.home >= 0)
    who = rng.permutation(np.flatnonzero(resident))[: world.share(30)]
    kind = np.where(people.age()[who] >= 66, 2, draw(rng, (0.8, 0.15, 0, 0.05), len(who)))
    status = draw(rng, (0.93, 0.03, 0.04), len(who))
    issue_permits(world, who, people.home[who], kind=kind, status=status)


def issue_permits(world: World, who: Array, home: Array, *, kind: Array | str, status: Array | str) -> Array:
    """Permits issued within the last year, passes within the last four."""
    rng, register, texts = world.streams(f"permits {len(world['permit'])}"), world["permit"], world.texts
    kinds = np.broadcast_to(register.code("permit_kind", kind) if isinstance(kind, str) else kind, len(who))
    pass_ = kinds == 2
    start = TODAY - np.where(pass_, between(rng, 30, 1400, len(who)), between(rng, 5, 350, len(who)))
    first = len(register)
    letters = rng.integers(0, 24, (len(who), 3)).tolist()
    plates = (f"V{'ABCDEFGHJKLMNOPRSTUVWXYZ'[a]}{20 + c % 6:02d} Q{'ABCDEFGHJKLMNOPRSTUVWXYZ'[b]}"
              f"{'ABCDEFGHJKLMNOPRSTUVWXYZ'[c]}" for a, b, c in letters)  # fmt: skip
    return register.add(
        len(who), partner=world.places.district[home], person=who, property=home, permit_kind=kinds,
        permit_status=status, permit_number=texts.codes(f"PM{first + k:07d}" for k in range(len(who))),
        vehicle_registration=np.where(pass_, -1, texts.codes(plates)),
        permit_start=start, permit_expiry=start + np.where(pass_, years(5), years(1)),
    )  # fmt: skip


def licences(world: World) -> None:
    """Taxi, market, alcohol and street trading licences of the districts."""
    rng, people = world.streams("licences"), world.people
    able = np.isin(people.role, _ADULT_ROLES) & (people.age() >= 20) & (people.age() < 70)
    who = rng.permutation(np.flatnonzero(able))[: world.share(8)]
    kind = draw(rng, (0.22, 0.4, 0.03, 0.1, 0.2, 0.05), len(who))
    status = draw(rng, (0.88, 0.05, 0.05, 0.02), len(who))
    license_people(world, who, people.home[who], kind=kind, status=status)


def license_people(world: World, who: Array, home: Array, *, kind: Array | str, status: Array | str) -> Array:
    """Licences of three years issued by the district of the home."""
    issued = TODAY - between(world.streams(f"licence {len(world['licence'])}"), 40, 1000, len(who))
    return world["licence"].add(
        len(who), partner=world.places.district[home], person=who, property=home, licence_kind=kind,
        licence_status=status, issue_date=issued, licence_expiry=issued + years(3),
    )  # fmt: skip


def care(world: World) -> None:
    """Direct payments to people at home, and fees for residents of care homes."""
    rng, people = world.streams("care"), world.people
    age, count = people.age(), world.share(10)
    at_home = (
        np.isin(people.role, (p.HEAD, p.PARTNER))
        & (age >= 19)
        & chance(rng, 0.02 + (age > 70) * 0.3, len(people))
    )
    direct = rng.permutation(np.flatnonzero(at_home))[: count - count // 3]
    homed = rng.permutation(np.flatnonzero(people.role == p.RESIDENT))[: count // 3]
    for who, kind in ((direct, "direct_payment"), (homed, "care_home")):
        start = between(rng, TODAY - years(5), TODAY - 30, len(who))
        rows = pay_care(world, who, people.home[who], kind=kind, start=start)
        pensioned = np.isin(who, world["pension"]["person"][world["pension"]["pension_kind"] == 0])
        working = np.isin(who, world["payroll"]["person"])
        world["care_payment"].put(rows, pension_assessed=pensioned, employment_known=working)


def pay_care(
    world: World, who: Array, home: Array, *, kind: str, start: Array, end: Array | int = NULL,
    paid_to: Array | int = TODAY - 2,
) -> Array:  # fmt: skip
    """Care payments of the county, with the home's name where there is one."""
    rng = world.streams(f"care {len(world['care_payment'])}")
    low, high = (9_000, 42_000) if kind == "direct_payment" else (68_000, 145_000)
    names = world.texts.codes(f"{first} {last}" for first in words_of("firm_words.csv", kind="first")
                              for last in words_of("firm_words.csv", kind="care"))  # fmt: skip
    return world["care_payment"].add(
        len(who), partner=COUNTY, person=who, property=home, care_kind=kind, payment_start=start,
        payment_end=end, last_paid_to=paid_to, weekly_pence=between(rng, low, high, len(who)),
        home_name=names[home % len(names)] if kind == "care_home" else -1, pension_assessed=0, employment_known=0,
    )  # fmt: skip


def record_deaths(world: World, who: Array, died: Array, home: Array) -> Array:
    """Deaths registered by the county within a fortnight; also marks the people as dead."""
    rng = world.streams(f"deaths {len(world['deaths'])}")
    world.people.died[who] = died
    return world["deaths"].add(
        len(who), partner=COUNTY, person=who, property=home, date_of_death=died,
        registered_date=np.minimum(died + between(rng, 1, 14, len(who)), TODAY - 1),
    )  # fmt: skip


def deaths(world: World) -> None:
    """Everybody who died lately, and what ended in time because of it."""
    rng, people = world.streams("deaths"), world.people
    gone = np.flatnonzero(people.role == p.DEAD)
    died, home = people.died[gone], people.home[gone]
    record_deaths(world, gone, died, home)
    kind = draw(rng, (0.4, 0.25, 0.1, 0.25), len(gone))
    who, when, where = gone[kind == 0], died[kind == 0], home[kind == 0]
    grant_pension(world, who, where, kind="in_payment", start=when - between(rng, 400, 9000, len(who)), end=when,
                  last_paid=np.minimum(when + between(rng, 0, 25, len(who)), TODAY - 2))  # fmt: skip
    who, when, where = gone[kind == 1], died[kind == 1], home[kind == 1]
    issue_badges(world, who, where, start=when - between(rng, 60, 700, len(who)),
                 status=np.full(len(who), world["blue_badge"].code("badge_status", "cancelled")[0]))  # fmt: skip
    who, when, where = gone[kind == 2], died[kind == 2], home[kind == 2]
    pay_care(world, who, where, kind="care_home", start=when - between(rng, 100, 1500, len(who)), end=when,
             paid_to=when + between(rng, 0, 10, len(who)))  # fmt: skip
