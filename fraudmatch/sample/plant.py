"""How cases are planted: pools of unused people and homes, records for them, and the answer key.

A case is a pair of rows and what must come of it: `planted` pairs are
inconsistencies a rule is to find, `look_alike` pairs resemble them and are lawful, `near_miss` pairs
fail by one fact that is just short of the rule's threshold (`near_misses`). People come
from three pools nobody else draws from: *singles* (alone at home with a single person
discount), *couples*, both without any other record, and *strangers* without records at all.
So a case never makes another one by accident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudmatch.sample import people as p
from fraudmatch.sample import records_homes
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, TODAY, Array, between, chance, years

PLANTED, LOOK_ALIKE, NEAR_MISS = "planted", "look_alike", "near_miss"

#: One near miss to so many planted cases.
NEAR_PART = 4


@dataclass(frozen=True)
class Case:
    """Pairs of rows that belong together: row numbers of two registers, of the same length.

    A case of a rule about single records has no right side; its `right_rows` are all -1.
    """

    rule: str
    kind: str
    why: str
    left: str
    left_rows: Array
    right: str | None
    right_rows: Array


class Plan:
    """The pools, and short ways to write the records that cases are made of.

    Args:
        count: planted cases of each kind; each lawful explanation of a kind gets its part of as many.

    Attributes:
        near: near misses of each rule; none where one case of each kind is planted.
        count: how many pairs are planted of each kind, those included that become near misses.
    """

    def __init__(self, world: World, count: int) -> None:
        self.world, self._wanted = world, count
        # The fewest people hold one case of each kind and no more.
        self.near = -(-count // NEAR_PART) if count > 1 else 0
        self.count = count + self.near
        self.rng = world.streams("cases")
        self.cases: list[Case] = []
        clean = _clean(world)
        homes = world.homes
        shuffled = self.rng.permutation(len(homes))
        self._singles = shuffled[_discounted_singles(world, clean)[shuffled]]
        together = (homes.kind == p.COUPLE) & (homes.tenure == 0) & clean[homes.head] & clean[homes.partner]
        together &= world["council_tax"]["discount_type"][world.account_rows] == 0
        self._couples = shuffled[together[shuffled]]
        full = world["council_tax"]["discount_type"][world.account_rows] == 0
        self._lodgings = homes.home[(homes.kind == p.COUPLE) & full]
        self._strangers = self.rng.permutation(np.flatnonzero(world.people.role == p.STRANGER))

    def part(self, of: int) -> int:
        """How many look-alikes one of `of` explanations gets."""
        return -(-self._wanted // of)

    def case(
        self,
        rule: str,
        kind: str,
        why: str,
        left: str,
        left_rows: Array,
        right: str | None = None,
        right_rows: Array | None = None,
    ) -> None:
        """Enter cases in the answer key and spare their rows planted faults; no right side: single records."""
        others = np.full(len(left_rows), -1) if right_rows is None else right_rows
        self.cases.append(Case(rule, kind, why, left, left_rows, right, others))
        self.world[left].put(left_rows, in_case=1)
        if right is not None:
            self.world[right].put(others, in_case=1)

    # people and homes -----------------------------------------------------------------

    def singles(self, count: int, *, women: bool = False, age: tuple[int, int] = (18, 120)) -> Array:
        """Households of one person with a single person discount for more than 200 days."""
        people, head = self.world.people, self.world.homes.head[self._singles]
        years_old = people.age()[head]
        fits = (years_old >= age[0]) & (years_old <= age[1]) & ((people.sex[head] == 1) | (not women))
        chosen = np.flatnonzero(fits)[:count]
        if len(chosen) < count:
            raise ValueError("too few people for the cases to be planted")
        taken = self._singles[chosen]
        self._singles = np.delete(self._singles, chosen)
        return np.asarray(taken)

    def couples(self, count: int) -> Array:
        """Households of two owners without a discount."""
        taken, self._couples = self._couples[:count], self._couples[count:]
        if len(taken) < count:
            raise ValueError("too few people for the cases to be planted")
        return np.asarray(taken)

    def lodgings(self, count: int) -> Array:
        """Homes of couples, in whose household a lodger changes nothing; several cases may share one."""
        return np.asarray(self.rng.choice(self._lodgings, count))

    def strangers(
        self, count: int, *, age: tuple[float, float] = (23, 62), home: Array | None = None
    ) -> Array:
        """People without records, of the wanted ages; at `home` when given."""
        taken, self._strangers = self._strangers[:count], self._strangers[count:]
        if len(taken) < count:
            raise ValueError("the generator ran out of strangers")
        people = self.world.people
        people.born[taken] = between(self.rng, TODAY - years(age[1]), TODAY - years(age[0]), count)
        if home is not None:
            people.home[taken] = home
        return np.asarray(taken)

    def namesakes(self, of: Array, *, home: Array | None = None, older: tuple[int, int] = (22, 34)) -> Array:
        """Strangers of the same names and sex, born so many years earlier (or later for the old)."""
        people, who = self.world.people, self.strangers(len(of), home=home)
        for column in ("sex", "tradition", "forename", "surname", "birth_surname", "married"):
            getattr(people, column)[who] = getattr(people, column)[of]
        step = between(self.rng, years(older[0]), years(older[1]), len(of))
        people.born[who] = people.born[of] + np.where(people.age()[of] > 62, step, -step)
        return who

    def vacant(self, count: int) -> Array:
        """Homes with no record at all."""
        return self.world.take_vacant(count)

    def vacant_in(self, districts: Array) -> Array:
        """One home with no record in each of the given districts."""
        world = self.world
        found = np.full(len(districts), -1)
        for district in np.unique(districts).tolist():
            where = np.flatnonzero(districts == district)
            there = np.flatnonzero(world.places.district[world.vacant] == district)[: len(where)]
            if len(there) < len(where):
                raise ValueError("the generator ran out of vacant properties")
            found[where] = world.vacant[there]
            world.vacant = np.delete(world.vacant, there)
        return found

    def elsewhere(self, homes: Array) -> Array:
        """One home with no record in another district than each of `homes`."""
        district = self.world.places.district[homes]
        return self.vacant_in((district + between(self.rng, 1, 4, len(homes))) % 5)

    def ago(self, low: int, high: int, count: int) -> Array:
        """Days between `low` and `high` before the as-at date."""
        return TODAY - between(self.rng, low, high, count)

    def mostly(self, count: int) -> Array:
        """Whether the council holds the date of birth on these rows: 92 % (1), the rest not (0)."""
        return chance(self.rng, 0.92, count).astype(np.int64)

    # records --------------------------------------------------------------------------

    def district(self, homes: Array) -> Array:
        """The district of each home."""
        return np.asarray(self.world.places.district[homes])

    def account(self, households: Array) -> Array:
        """The council tax rows of households."""
        return np.asarray(self.world.account_rows[households])

    def enrol(
        self, who: Array, home: Array, added: Array, *, removed: Array | int = NULL, franchise: str = "full",
        dob_known: int = 0,
    ) -> Array:  # fmt: skip
        """Electoral register entries."""
        return self.world["electoral_register"].add(
            len(who), partner=self.district(home), person=who, property=home, franchise=franchise,
            date_added=added, date_removed=removed, dob_known=dob_known,
        )  # fmt: skip

    def liable(
        self, who: Array, home: Array, start: Array, *, end: Array | int = NULL, discount: str = "none",
        discount_start: Array | int = NULL, discount_end: Array | int = NULL, dob_known: Array | int = -1,
    ) -> Array:  # fmt: skip
        """Council tax accounts at homes that have none."""
        band, charge = records_homes.charges(self.world, self.rng, home)
        return self.world["council_tax"].add(
            len(who), partner=self.district(home), person=who, property=home, band=band,
            charge_annual_pence=charge, discount_type=discount, discount_start=discount_start,
            discount_end=discount_end, liability_start=start, liability_end=end, reduction_recipient=0,
            discount_annual_pence=charge // 4 if discount == "single_person" else 0, dob_known=dob_known,
        )  # fmt: skip

    def let(
        self, who: Array, home: Array, start: Array, *, end: Array | int = NULL, kind: str = "secure",
        status: str = "first",
    ) -> Array:  # fmt: skip
        """Tenancies of the landlord of the home's district."""
        return self.world["housing_tenancy"].add(
            len(who), partner=self.district(home), person=who, property=home, tenancy_type=kind,
            tenant_status=status, tenancy_start=start, tenancy_end=end,
            rent_weekly_pence=between(self.rng, 8_500, 14_500, len(who)),
            **records_homes.landlord_columns(self.world, home),
        )  # fmt: skip

    def apply(
        self, who: Array, home: Array, *, partner: Array | None = None, status: str = "active",
        tenure: str = "private_tenant", transfer: int = 0, renewed: Array | None = None,
    ) -> Array:  # fmt: skip
        """Waiting list applications, confirmed within the last year."""
        count = len(who)
        return self.world["waiting_list"].add(
            count, partner=self.district(home) if partner is None else partner, person=who, property=home,
            applicant_role="main", application_status=status, application_date=self.ago(400, 1400, count),
            renewed_date=self.ago(15, 300, count) if renewed is None else renewed, declared_tenure=tenure,
            transfer_applicant=transfer, bedroom_need=between(self.rng, 1, 4, count),
        )  # fmt: skip

    def claim(
        self, who: Array, home: Array, start: Array, *, end: Array | int = NULL, account: Array | int = -1,
        employment: int = 0, own_business: int = 0, pension: int = 0,
    ) -> Array:  # fmt: skip
        """Council tax reduction claims, not passported."""
        people, count = self.world.people, len(who)
        earned = between(self.rng, 9_000, 38_000, count)
        return self.world["council_tax_reduction"].add(
            count, partner=self.district(home), person=who, property=home, council_tax_ref=account,
            claim_start=start, claim_end=end, award_weekly_pence=between(self.rng, 800, 3_200, count),
            scheme=(people.age()[who] >= 66).astype(np.int64), passported=0, employment_declared=employment,
            self_employment_declared=own_business, pension_declared=pension,
            declared_earnings_weekly_pence=earned if employment else NULL,
        )  # fmt: skip


def _clean(world: World) -> Array:
    """People whose only records are one council tax account and one electoral entry."""
    records = np.zeros(len(world.people), dtype=np.int64)
    for name, register in world.registers.items():
        for column in ("person", "second"):
            who = register[column]
            worth = 1 if name in ("council_tax", "electoral_register") else 9
            np.add.at(records, who[who >= 0], worth)
    return (records <= 2) & (world.people.old_home < 0)


def _discounted_singles(world: World, clean: Array) -> Array:
    homes, register, rows = world.homes, world["council_tax"], world.account_rows
    long_standing = register["discount_start"][rows] < TODAY - 200
    single = register["discount_type"][rows] == register.code("discount_type", "single_person")[0]
    registered = world.elector_rows[homes.head] >= 0
    return np.asarray((homes.kind == p.SINGLE) & clean[homes.head] & single & long_standing & registered)
