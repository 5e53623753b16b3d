"""Comparison kinds: what the levels of a model may ask of a pair.

Every module of this package with a tuple `KINDS` adds to the vocabulary of models; nothing else
has to be told of a new one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from fraudmatch.linkage.kinds.base import NULL, Kind


def _found() -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        for kind in getattr(importlib.import_module(f"{__name__}.{module.name}"), "KINDS", ()):
            if kind.word in kinds:
                raise TypeError(f"two comparison kinds are called {kind.word}")
            kinds[kind.word] = kind
    return kinds


#: Word in models -> kind.
KINDS: Mapping[str, Kind] = _found()

__all__ = ["KINDS", "NULL", "Kind"]
