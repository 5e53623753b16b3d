"""What the councils hold: one growing table per data set, in codes and day numbers.

A row speaks of people, firms and properties by position and of everything else by the
columns of the data set (`schemas.DATASETS`): dates in days since 1970, money in pence, codes
as positions in the field's code list, flags 0 or 1, text as codes of `World.texts`.
`creditor_ref` and `council_tax_ref` hold row numbers of the table referred to.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fraudmatch.sample.firms import Firms
from fraudmatch.sample.people import Households, People
from fraudmatch.sample.places import Places
from fraudmatch.sample.streams import NULL, Array, Streams
from fraudmatch.sample.words import Words
from fraudmatch.schemas import DATASETS

#: Columns of every table besides the fields of its data set, and what they hold when not given.
#: form: how the first person is named (see `render`), nino_of: whose number is written,
#: nino_form: 0 a National Insurance number, 1 what cannot be one, 2 what stands in for one,
#: account_of and phone_of: whose bank account and telephone are written,
#: dob_known: 1 the date of birth is held, 0 it is not, -1 as often as the data set holds it;
#: in_case: 1 for rows of the answer key's cases, which are spared planted faults.
COMMON = {
    "partner": -1,
    "person": -1,
    "second": -1,
    "firm": -1,
    "property": -1,
    "correspondence": -1,
    "form": 0,
    "nino_of": -1,
    "nino_form": 0,
    "account_of": -1,
    "phone_of": -1,
    "dob_known": -1,
    "in_case": 0,
}


class Register:
    """The rows of one data set over all partners."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        kinds = {
            f.name: NULL if f.kind in ("date", "pence", "integer") else -1 for f in DATASETS[dataset].details
        }
        self._empty = COMMON | kinds
        self._codes = {f.name: {code: i for i, code in enumerate(f.codes)} for f in DATASETS[dataset].details}
        self.columns: dict[str, Array] = {name: np.empty(0, dtype=np.int64) for name in self._empty}

    def __len__(self) -> int:
        return len(self.columns["partner"])

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def code(self, column: str, *names: str) -> Array:
        """Positions of codes in the code list of a field."""
        return np.asarray([self._codes[column][name] for name in names], dtype=np.int64)

    def add(self, count: int, **given: Array | int | str) -> Array:
        """Append `count` rows; a text value of a code field is looked up; returns row numbers."""
        first = len(self)
        unknown = set(given) - set(self._empty)
        if unknown:
            raise KeyError(f"{self.dataset} has no column {', '.join(sorted(unknown))}")
        for name, empty in self._empty.items():
            value = given.get(name, empty)
            if isinstance(value, str):
                value = int(self._codes[name][value])
            more = np.broadcast_to(np.asarray(value, dtype=np.int64), count)
            self.columns[name] = np.concatenate([self.columns[name], more])
        return np.arange(first, first + count)

    def put(self, rows: Array, **given: Array | int | str) -> None:
        """Overwrite columns of some rows."""
        for name, value in given.items():
            self.columns[name][rows] = self._codes[name][value] if isinstance(value, str) else value


@dataclass
class World:
    """Everything that is true in the invented partnership.

    Attributes:
        account_rows: household -> row of its council tax account.
        elector_rows: person -> row of the entry at the present home, -1 = not registered.
        vacant: properties nobody lives at or trades from, taken from the front.
        cases: the answer key, filled by the planting.
    """

    streams: Streams
    scale: int
    words: Words
    texts: Words
    places: Places
    people: People
    homes: Households
    firms: Firms
    registers: dict[str, Register] = field(default_factory=lambda: {n: Register(n) for n in DATASETS})
    account_rows: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    elector_rows: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    vacant: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __getitem__(self, dataset: str) -> Register:
        return self.registers[dataset]

    def take_vacant(self, count: int) -> Array:
        """The next vacant properties; they are not handed out again."""
        taken, self.vacant = self.vacant[:count], self.vacant[count:]
        if len(taken) < count:
            raise ValueError("the generator ran out of vacant properties")
        return taken

    def share(self, per_thousand: float) -> int:
        """So many per thousand people, at least two."""
        return max(int(self.scale * per_thousand / 1000), 2)
