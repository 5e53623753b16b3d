"""Officers that companies share: who sits on which board, and which ratepayers one officer brings together.

The public register of companies tells of an officer a name, the month of birth and an address for
letters. Name and month alone find strangers, so both are counted: officers who are one person by
name and month, and those of them whose address agrees as well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, combined, truth
from fraudmatch.scoring.views import NightView, SideView

#: An officer of more companies than this brings none of them together: an agent who forms companies
#: and lends its name to their boards. Choice of this library.
MOST_COMPANIES = 30


class Seats(NamedTuple):
    """Distinct pairs of company and officer, in order of company, then officer.

    Attributes:
        company: code of the company number, see `Boards.company`.
        officer: code of who the officer is.
    """

    company: np.ndarray
    officer: np.ndarray


class Boards:
    """Who is in office in which company tonight.

    Args:
        night: records with the details of company officers.

    Attributes:
        company: per record_id, a code of its company number; -1 without one.
        known: seats by surname, forename and month of birth.
        at_address: seats by these and the postcode of the officer.
    """

    def __init__(self, night: NightView) -> None:
        self.company = codes(night.record("company_number"))
        officers = night.side("company_officer")
        seated, company = truth(officers.column("running")), self.company[officers.ids]
        said = [codes(officers.column(name)) for name in ("surname", "forename", "birth_month")]
        person = combined(said)
        usable = seated & (company >= 0) & (person >= 0)
        usable[usable] = ~_of_an_agent(person[usable], company[usable])
        self.known = _seats(company[usable], person[usable])
        there = combined([person, codes(officers.column("postcode"))])
        usable &= there >= 0
        self.at_address = _seats(company[usable], there[usable])

    def shared(self, left: np.ndarray, right: np.ndarray, *, at_address: bool) -> pa.Array:
        """Officers that two companies share.

        Args:
            left / right: record_ids, pair by pair.
            at_address: only those with one postcode on both boards.

        Returns:
            How many; null where a company number is missing or the companies are one.
        """
        seats = self.at_address if at_address else self.known
        one, other = self.company[left], self.company[right]
        unknown = (one < 0) | (other < 0) | (one == other)
        first = np.searchsorted(seats.company, one, side="left")
        count = np.where(unknown, 0, np.searchsorted(seats.company, one, side="right") - first)
        pair = np.repeat(np.arange(len(one)), count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        officer = seats.officer[np.repeat(first, count) + within]
        width = int(seats.officer.max(initial=0)) + 1
        hit = np.isin(other[pair] * width + officer, seats.company * width + seats.officer)
        return pa.array(np.bincount(pair[hit], minlength=len(one)).astype(np.int64), mask=unknown)


def _of_an_agent(person: np.ndarray, company: np.ndarray) -> np.ndarray:
    """Whether the person of each seat is an officer of more than `MOST_COMPANIES`."""
    seats = _seats(company, person)
    number = np.bincount(seats.officer, minlength=int(person.max(initial=0)) + 1)
    return np.asarray(number[person] > MOST_COMPANIES)


def _seats(company: np.ndarray, officer: np.ndarray) -> Seats:
    width = int(officer.max(initial=0)) + 1
    return Seats(*np.divmod(np.unique(company * width + officer), width))


def officer_network(side: SideView) -> pa.Array:
    """The companies among the ratepayers that shared officers join, directly or through others.

    The smallest company number of them; null for a company that shares no officer with another
    ratepayer, and without a company number.
    """
    boards = side.night.boards
    own = boards.company[side.ids]
    seats = boards.known
    rated = np.isin(seats.company, own[own >= 0])
    joined = _joined(
        Seats(seats.company[rated], seats.officer[rated]), int(boards.company.max(initial=0)) + 1
    )
    number = side.column("company_number")
    net = np.where(own >= 0, joined[np.maximum(own, 0)], -1)
    companies = np.unique(own[own >= 0])
    several = np.bincount(joined[companies], minlength=len(joined)) > 1
    net = np.where((net >= 0) & several[np.maximum(net, 0)], net, -1)
    smallest = pa.table({"net": net, "number": number}).group_by("net").aggregate([("number", "min")])
    return (
        smallest["number_min"]
        .combine_chunks()
        .take(pc.index_in(pa.array(net, mask=net < 0), value_set=smallest["net"].combine_chunks()))
    )


def _joined(seats: Seats, companies: int) -> np.ndarray:
    """Per company code, the code that stands for all it is joined with (the smallest of them)."""
    stands_for = np.arange(companies)
    while True:
        lowest = np.full(int(seats.officer.max(initial=0)) + 1, companies)
        np.minimum.at(lowest, seats.officer, stands_for[seats.company])
        lower = stands_for.copy()
        np.minimum.at(lower, seats.company, lowest[seats.officer])
        if (lower == stands_for).all():
            return stands_for
        stands_for = lower
