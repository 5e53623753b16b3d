"""A growing list of distinct strings, so that the generator works on integers.

Whatever is done to a string (upper case, folding, a pet form) is done once per distinct
string and becomes a lookup from code to code; rows never touch text until they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa

from fraudmatch.sample.streams import Array


class Words:
    """Distinct strings and their codes, in order of arrival; code -1 is "none"."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._codes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, code: int) -> str:
        return self._words[code]

    def code(self, word: str) -> int:
        """The code of `word`, a new one when it is new."""
        found = self._codes.get(word)
        if found is None:
            found = self._codes[word] = len(self._words)
            self._words.append(word)
        return found

    def codes(self, words: Iterable[str]) -> Array:
        """The codes of many words (int64)."""
        return np.fromiter((self.code(word) for word in words), dtype=np.int64)

    def change(self, codes: Array, how: Callable[[str], str]) -> Array:
        """Codes of the changed words; `how` is called once per distinct word in `codes`."""
        distinct, back = np.unique(codes, return_inverse=True)
        changed = [self.code(how(self._words[code])) if code >= 0 else -1 for code in distinct.tolist()]
        return np.asarray(changed, dtype=np.int64)[back.reshape(codes.shape)]

    def pair(self, left: Array, right: Array, how: Callable[[str, str], str]) -> Array:
        """Codes of words made of two; called once per distinct pair, both sides given."""
        key = left * np.int64(1 << 31) + right
        _, first, back = np.unique(key, return_index=True, return_inverse=True)
        made = [
            self.code(how(self._words[a], self._words[b]))
            for a, b in zip(left[first].tolist(), right[first].tolist(), strict=True)
        ]
        return np.asarray(made, dtype=np.int64)[back.reshape(left.shape)]

    def text(self, codes: Array) -> pa.Array:
        """The strings of `codes`; null where the code is negative."""
        distinct, back = np.unique(codes, return_inverse=True)
        values = pa.array([self._words[c] if c >= 0 else None for c in distinct.tolist()], pa.string())
        return values.take(pa.array(back.reshape(codes.shape)))
