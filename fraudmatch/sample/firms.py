"""Organisations: invented names, numbers and bank accounts.

Company numbers start with 9, beyond those issued; VAT numbers pass the published check (the
weighted sum of the first seven digits and the last two, modulo 97) but start with 9 as well.
"""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.streams import Array, Streams
from fraudmatch.sample.word_lists import words_of
from fraudmatch.sample.words import Words

#: Account numbers of organisations start here; those of people are the people's own positions.
FIRM_ACCOUNTS = 50_000_000


class Firms:
    """A growing table of organisations.

    Attributes:
        name / trading: codes of `words`, trading -1 = none.
        company_number / charity_number / vat: 0 = none; no firm is a charity unless a case makes it one.
        account: number of a bank account; several firms may share one.
        property: the address of its correspondence.
    """

    def __init__(self, streams: Streams, words: Words, people: int) -> None:
        self.words = words
        self._rng = streams("firms")
        self._names = _name_supply(streams("firm names"), max(people // 20 + 8000, people // 8))
        self.name = np.empty(0, dtype=np.int64)
        self.trading = self.name.copy()
        self.company_number = self.name.copy()
        self.charity_number = self.name.copy()
        self.vat = self.name.copy()
        self.account = self.name.copy()
        self.property = self.name.copy()

    def __len__(self) -> int:
        return len(self.name)

    def add(self, properties: Array) -> Array:
        """New firms at these properties; returns their positions."""
        count, first = len(properties), len(self)
        made = np.arange(first, first + count)
        rng = self._rng
        names = self._names[first : first + count]
        if len(names) < count:
            raise ValueError("the generator ran out of names of firms")
        number = 90_000_000 + made * 37 % 9_999_991
        trading = [name.rsplit(" ", 1)[0].split(" & ")[0] for name in names]
        self._append("name", self.words.codes(names))
        self._append("trading", np.where(rng.random(count) < 0.2, self.words.codes(trading), -1))
        self._append("company_number", np.where(rng.random(count) < 0.85, number, 0))
        self._append("charity_number", np.zeros(count, dtype=np.int64))
        self._append("vat", np.where(rng.random(count) < 0.7, _vat_numbers(9_000_000 + made), 0))
        self._append("account", FIRM_ACCOUNTS + made)
        self._append("property", np.asarray(properties, dtype=np.int64))
        return made

    def _append(self, column: str, values: Array) -> None:
        setattr(self, column, np.concatenate([getattr(self, column), values]))


def _vat_numbers(first_seven: Array) -> Array:
    """Nine-digit VAT numbers from their first seven digits, with the old (modulo 97) check digits."""
    total = np.zeros(len(first_seven), dtype=np.int64)
    for place, weight in enumerate((2, 3, 4, 5, 6, 7, 8)):
        total += first_seven // 10**place % 10 * weight
    return first_seven * 100 + (97 - total % 97)


def _name_supply(rng: np.random.Generator, count: int) -> list[str]:
    """`count` different names; a second first word is put in when single ones run out."""
    first, trade, second, form = (
        words_of("firm_words.csv", kind=k) for k in ("first", "trade", "second", "form")
    )
    single = len(first) * len(trade) * 2
    order = rng.permutation(single).tolist()
    forms = rng.integers(0, len(form), count).tolist()
    tails = rng.integers(0, len(second), count).tolist()
    names = []
    for k in range(count):
        slot = order[k % single]
        head, rest = divmod(slot, len(trade) * 2)
        extra = k // single
        lead = first[head] if not extra else f"{first[head]} & {first[(head + extra) % len(first)]}"
        tail = "" if rest % 2 == 0 else f" {second[tails[k]]}"
        names.append(f"{lead} {trade[rest // 2]}{tail} {form[forms[k]]}")
    return names
