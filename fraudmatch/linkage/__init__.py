"""RECORDS -> LINKS and GROUPS: the vectorised linkage core.

The method is encode, block, screen with exact upper bounds, compare what survives, weigh,
group; each step is a module of that name. `link` runs one model over one table; `link_all`
runs the models of a night in their order. Importing this package compiles nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fraudmatch.linkage.linker import Linked, Linker, link, prepare
    from fraudmatch.linkage.model import Model
    from fraudmatch.linkage.model_files import load_model
    from fraudmatch.linkage.night import LinkedNight, link_all, linked_before
    from fraudmatch.linkage.scorer import Scorer
    from fraudmatch.linkage.spill import LinkedFile, link_file

__all__ = [
    "Linked", "LinkedFile", "LinkedNight", "Linker", "Model", "Scorer", "link", "link_all", "link_file",
    "linked_before",    "load_model", "prepare",
]  # fmt: skip

_HOME = {
    "Linked": "linker", "Linker": "linker", "prepare": "linker", "link": "linker",
    "Model": "model", "load_model": "model_files",
    "LinkedNight": "night", "link_all": "night", "linked_before": "night", "Scorer": "scorer",
    "LinkedFile": "spill", "link_file": "spill",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import on first use: numba costs half a second that `--help` must not pay."""
    import importlib

    if name not in _HOME:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"fraudmatch.linkage.{_HOME[name]}"), name)
