"""The cases of one partner as columns, best first, and what a filter leaves of them.

Columns are numpy arrays of small codes, so that a filter over 200,000 cases takes a few milliseconds and no index;
what changes while people work (how a case stands, who has it, its day) is put into its place by `put`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt

from fraudmatch.caselog.state import STATES
from fraudmatch.report.worklist import CaseList
from fraudmatch.schemas import VALUE_CLASSES

Mask = npt.NDArray[np.bool_]
_STATES = tuple(STATES)
_NOBODY = -1
_NEVER = np.iinfo(np.int32).max

#: Orders of a list -> in words.
ORDERS = {"best": "Best first", "value": "Most at stake first", "due": "Earliest day first"}
#: Whose cases -> in words.
WHOSE = {"all": "All cases", "mine": "Mine", "nobody": "Nobody’s", "others": "Other people’s"}

#: Of a filter: cases with records of the partner alone; no partner's id.
OWN = "-"


@dataclass(frozen=True)
class Standing:
    """How a case stands, as the list shows it.

    Attributes:
        state: a key of STATES. assignee: username; null = nobody. due: null = no day.
    """

    state: str = "new"
    assignee: str | None = None
    due: dt.date | None = None


@dataclass(frozen=True)
class Filter:
    """What of a list is wanted; every field stands in the address of the page.

    Attributes:
        whose: a key of WHOSE. state: a key of STATES, "open" = all but decided, "" = any.
        rule: id of a rule that is among those of the case; "" = any.
        other: partner whose record a flag of it has too; `OWN` = none has, "" = any. least: pounds at stake of the greatest class; 0 = any.
        due: "overdue" | "week" | "set" | "": by the day that was set. order: a key of ORDERS.
    """

    whose: str = "all"
    state: str = "open"
    rule: str = ""
    other: str = ""
    least: int = 0
    due: str = ""
    order: str = "best"

    @staticmethod
    def read(given: Mapping[str, str]) -> Filter:
        """The filter in an address; what is no value of a field counts as not said."""
        least = given.get("least", "").replace(",", "").removeprefix("£").strip()
        return Filter(
            whose=_one_of(given.get("whose"), WHOSE, "all"),
            state=_one_of(given.get("state"), {**STATES, "open": "", "": ""}, "open"),
            rule=given.get("rule", "")[:40],
            other=given.get("other", "")[:40],
            least=int(least) if least.isascii() and least.isdigit() and len(least) < 10 else 0,
            due=_one_of(given.get("due"), {"overdue": "", "week": "", "set": "", "": ""}, ""),
            order=_one_of(given.get("order"), ORDERS, "best"),
        )

    def address(self, **more: object) -> str:
        """The query of an address that says the same; nothing that needs not be said."""
        told = {one.name: getattr(self, one.name) for one in fields(self)} | more
        default = {one.name: one.default for one in fields(self)}
        return urlencode({name: value for name, value in told.items() if value != default.get(name)})


class Worklist:
    """The list of a partner.

    Args:
        cases: as the partner may see them, best first. others: per case the other partners that have a record in it.
    """

    def __init__(self, cases: CaseList, others: Sequence[Sequence[str]]) -> None:
        self.cases = cases
        table = cases.table
        self.keys: list[str] = table["case_key"].to_pylist()
        self.place = {key: number for number, key in enumerate(self.keys)}
        size = len(self.keys)
        self._state = np.zeros(size, dtype=np.int8)
        self._assignee = np.full(size, _NOBODY, dtype=np.int32)
        self._due = np.full(size, _NEVER, dtype=np.int32)
        self._people: dict[str, int] = {}
        self._of_rule = _places_by(rules.split(", ") for rules in table["rules"].to_pylist())
        self._of_other = _places_by(of or (OWN,) for of in others)
        amounts = [table[f"value_{kind}_pence"].to_numpy(zero_copy_only=False) for kind in VALUE_CLASSES]
        self._stake = np.nan_to_num(np.array(amounts, dtype=np.float64)).max(axis=0) if size else np.zeros(0)

    @property
    def rules(self) -> list[str]:
        """Ids of all rules of the list, sorted."""
        return sorted(self._of_rule)

    @property
    def others(self) -> list[str]:
        """Other partners that have a record in a case of the list, sorted."""
        return sorted(set(self._of_other) - {OWN})

    def stake(self, key: str) -> int:
        """Pence at stake in a case: the greatest of its classes, which are never added."""
        return int(self._stake[self.place[key]])

    def put(self, key: str, standing: Standing) -> None:
        """Say how a case stands now."""
        row = self.place[key]
        self._state[row] = _STATES.index(standing.state)
        self._assignee[row] = (
            _NOBODY
            if standing.assignee is None
            else self._people.setdefault(standing.assignee, len(self._people))
        )
        self._due[row] = _NEVER if standing.due is None else standing.due.toordinal()

    def chosen(self, wanted: Filter, me: str, today: dt.date) -> npt.NDArray[np.int64]:
        """Places of the cases that a filter leaves, in its order.

        Args:
            me: username of who asks. today: what "overdue" is told by.
        """
        kept = np.flatnonzero(self._mask(wanted, me, today))
        if wanted.order == "value":
            return np.asarray(kept[np.argsort(-self._stake[kept], kind="stable")])
        if wanted.order == "due":
            return np.asarray(kept[np.argsort(self._due[kept], kind="stable")])
        return np.asarray(kept)

    def rows(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """Rows of the list at these places, by column key."""
        found: list[dict[str, Any]] = self.cases.table.take(np.asarray(places, dtype=np.int64)).to_pylist()
        return found

    def counts(self, me: str, today: dt.date) -> dict[str, int]:
        """How many open cases there are: all, mine, nobody's, overdue, awaiting approval."""
        asked = {
            "all": Filter(), "mine": Filter(whose="mine"), "nobody": Filter(whose="nobody"),
            "overdue": Filter(due="overdue"), "awaiting_approval": Filter(state="awaiting_approval"),
        }  # fmt: skip
        return {name: int(self._mask(one, me, today).sum()) for name, one in asked.items()}

    def _mask(self, wanted: Filter, me: str, today: dt.date) -> Mask:
        keep = np.ones(len(self.keys), dtype=bool)
        if wanted.state == "open":
            keep &= self._state != _STATES.index("decided")
        elif wanted.state:
            keep &= self._state == _STATES.index(wanted.state)
        mine = self._people.get(me, _NOBODY - 1)
        if wanted.whose == "mine":
            keep &= self._assignee == mine
        elif wanted.whose == "nobody":
            keep &= self._assignee == _NOBODY
        elif wanted.whose == "others":
            keep &= (self._assignee != _NOBODY) & (self._assignee != mine)
        if wanted.least:
            keep &= self._stake >= wanted.least * 100
        if wanted.due:
            last = {"overdue": today.toordinal() - 1, "week": today.toordinal() + 7}
            keep &= self._due <= last.get(wanted.due, _NEVER - 1)
        if wanted.rule:
            keep &= self._at(self._of_rule, wanted.rule)
        if wanted.other:
            keep &= self._at(self._of_other, wanted.other)
        return keep

    def _at(self, places: Mapping[str, npt.NDArray[np.int64]], name: str) -> Mask:
        found = np.zeros(len(self.keys), dtype=bool)
        if name in places:
            found[places[name]] = True
        return found


def _places_by(named: Iterable[Iterable[str]]) -> dict[str, npt.NDArray[np.int64]]:
    """Name -> places of the cases that bear it."""
    found: dict[str, list[int]] = {}
    for place, names in enumerate(named):
        for name in names:
            found.setdefault(name, []).append(place)
    return {name: np.array(places, dtype=np.int64) for name, places in found.items()}


def _one_of(value: str | None, known: Mapping[str, object], default: str) -> str:
    return value if value is not None and value in known else default
