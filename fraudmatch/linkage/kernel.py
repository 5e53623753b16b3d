"""The screen of one model as compiled code: written out, comparison by comparison, and kept.

A kernel that reads a model's levels from tables spends its time finding out what to do: written
out for one model, the same work takes a tenth of the time (docs/decisions/0005). The source of a
kernel is kept beside numba's cache, so that it is compiled once for each model; weights are handed to it, so
that a model trained anew is not compiled anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage import texts
from fraudmatch.linkage.kinds import KINDS
from fraudmatch.linkage.model import Comparison, Level, Model
from fraudmatch.linkage.rows import Layout, layout
from fraudmatch.linkage.tables import Tables, compile_model, state_bits

Kernel = Callable[..., tuple[int, int, int]]

#: The loop every kernel has; the comparisons of the model are written in at the end.
_FRAME = '''\
@nb.njit(cache=True, nogil=True)
def screen(weights, floors, rows, starts, middles, ends, first_row, last_row, earlier, left, right):
    """Screen the pairs of block rows first_row..last_row; rows run through all blocks.

    Writes the positions of kept pairs to left and right. Returns how many it kept, how many pairs
    it looked at, and the row to go on with when the room ran out (last_row when done).
    """
    kept = looked = row = 0
    for block in range(len(starts)):
        stop = middles[block] if middles[block] >= 0 else ends[block]
        if row + stop - starts[block] <= first_row:
            row += stop - starts[block]
            continue
        for p in range(starts[block] + max(0, first_row - row), stop):
            here = row + p - starts[block]
            if here >= last_row:
                return kept, looked, last_row
            if kept + ends[block] - starts[block] > len(left):
                return kept, looked, here
            x = rows[p]
            for q in range(middles[block] if middles[block] >= 0 else p + 1, ends[block]):
                y = rows[q]
                if x.apart == y.apart and x.apart >= 0:
                    continue
'''

_END = """\
                left[kept] = p
                right[kept] = q
                kept += 1
        row += stop - starts[block]
    return kept, looked, last_row
"""

_INDENT = " " * 16


def kernel_source(model: Model) -> str:
    """The source of a model's screen.

    For each pair the sum starts at the prior and grows, comparison by comparison, by the most
    this pair could get; the pair is dropped as soon as that and the best of what is left stay
    below the threshold. A level whose kind decides ends its comparison; one whose kind only
    bounds may hold or not, and the larger weight is taken.
    """
    tables, places = compile_model(model), layout(model)
    lines = ["# The screen of a model; see fraudmatch/linkage/kernel.py.", f"# Rests on {_foundations()}."]
    lines += ["import numba as nb", *_imports(model), ""]
    lines += ["", _FRAME.rstrip("\n")]
    lines += [f"{_INDENT}{line}".rstrip() for line in _body(model, tables, places)]
    return "\n".join(lines) + "\n" + _END


def _imports(model: Model) -> list[str]:
    asked = {level.test for comparison in model.comparison for level in comparison.levels[:-1]}
    used = {KINDS[test].may for test in asked}
    return [
        *sorted(f"from {may.__module__} import {may.__name__}" for may in used),
        "from fraudmatch.linkage.kinds.base import NULL",
        "from fraudmatch.linkage.texts import common_prefix, shared_characters",
    ]


def _body(model: Model, tables: Tables, places: Layout) -> Iterator[str]:
    """What is done with one pair (x, y)."""
    for number in range(len(model.passes) - 1):
        key = f"x.key_{number} == y.key_{number} and x.key_{number} >= 0"
        yield f"if earlier > {number} and {key}:"
        yield "    continue"
    yield "looked += 1"
    yield "total = floors[0]"
    bits = len(state_bits(model))
    if bits:
        yield " = ".join(f"s{bit}" for bit in range(bits)) + " = False"
    for number, position in enumerate(screening_order(model, tables), 1):
        comparison = model.comparison[position]
        yield ""
        yield f"# comparison {position + 1}: {' | '.join(level.when for level in comparison.levels)}"
        yield f"if {_known(comparison, places.columns[position])}:"
        yield from _indented(_comparison(comparison, position, tables, places))
        yield f"if total < floors[{number}]:"
        yield "    continue"


def floors(model: Model, tables: Tables) -> npt.NDArray[np.int64]:
    """int64 [1 + C]: the prior; then, after each comparison of the screening order, the least sum
    from which the threshold can still be reached. Thousandths of a bit."""
    best = tables.best[screening_order(model, tables)].astype(np.int64)
    return np.concatenate([[model.prior_milli], model.threshold_milli - (best.sum() - np.cumsum(best))])


def screening_order(model: Model, tables: Tables) -> list[int]:
    """Positions of the comparisons in the order the screen takes them: the sum is the same in any.

    What others hang on (`given`) comes before them; of the rest those without texts come first,
    and those first that part pairs most, so that most pairs are dropped early.
    """
    hangs_on: dict[int, set[int]] = {position: set() for position in range(len(model.comparison))}
    for given in model.given:
        hangs_on[model.position(given.comparison)] |= {model.position(name) for name in given.when}

    def worth(position: int) -> tuple[bool, int, int]:
        comparison = model.comparison[position]
        otherwise = int(tables.weights[position, 0, len(comparison.levels) - 1])
        return comparison.reads_text, otherwise - int(tables.best[position]), position

    order: list[int] = []
    while len(order) < len(hangs_on):
        free = [p for p in hangs_on if p not in order and hangs_on[p] <= set(order)]
        order.append(min(free, key=worth))
    return order


def _known(comparison: Comparison, columns: list[int]) -> str:
    """Whether there is something to compare."""
    if comparison.crosses:
        ways = [(columns[0], columns[1]), (columns[1], columns[0])]
    else:
        ways = [(slot, slot) for slot in columns]
    known = [f"x.code_{one} != NULL and y.code_{two} != NULL" for one, two in ways]
    return known[0] if len(known) == 1 else " or ".join(f"({way})" for way in known)


def _comparison(comparison: Comparison, c: int, tables: Tables, places: Layout) -> Iterator[str]:
    if tables.variants[c] > 1:
        for v in range(1, int(tables.variants[c])):
            yield f"{'if' if v == 1 else 'elif'} {_all_bits(int(tables.needs[c, v]))}:"
            yield f"    v = {v}"
        yield "else:"
        yield "    v = 0"
    yield "gain = -1000000000"
    yield from _levels(comparison, c, 0, tables, places)
    yield "total += gain"


def _levels(comparison: Comparison, c: int, number: int, tables: Tables, places: Layout) -> Iterator[str]:
    """Level `number` and those after it."""
    level = comparison.levels[number]
    kind = KINDS[level.test]
    if number == len(comparison.levels) - 1:
        yield f"gain = max(gain, {_weight(c, number, tables)})"
        yield from (f"s{bit} = True" for bit in _bits(int(tables.sets[c, number])))
        return
    if kind.reads == "text" and _first_text(comparison) == number:
        yield from _facts(c, places)
    yield f"if {_call(comparison, level, c, places)}:"
    yield f"    gain = max(gain, {_weight(c, number, tables)})"
    later = _levels(comparison, c, number + 1, tables, places)
    if not kind.decides:
        yield from later
        return
    yield from (f"    s{bit} = True" for bit in _bits(int(tables.sets[c, number])))
    yield "else:"
    yield from _indented(later)


def _first_text(comparison: Comparison) -> int:
    return next(k for k, level in enumerate(comparison.levels) if KINDS[level.test].reads == "text")


def _facts(c: int, places: Layout) -> Iterator[str]:
    """What the kinds want of the two texts."""
    facts = places.facts[c]
    if "signature" in facts:
        yield f"shared = shared_characters(x.signature_{c}, x.spare_{c}, y.signature_{c}, y.spare_{c})"
    if "head" in facts:
        yield f"prefix = common_prefix(x.head_{c}, y.head_{c})"
    for fact in ("size", "first", "sketch"):
        if fact in facts:
            yield f"{fact}_a, {fact}_b = x.{fact}_{c}, y.{fact}_{c}"


def _call(comparison: Comparison, level: Level, c: int, places: Layout) -> str:
    """The question a level asks; equal texts pass every bound."""
    kind, columns = KINDS[level.test], places.columns[c]
    slot = columns[0]
    if kind.which == "alike":
        slot = places.alike[c]
    if kind.which == "named":
        slot = columns[comparison.columns.index(level.column)]
    given = {
        "a": f"x.code_{slot}", "b": f"y.code_{slot}", "c": f"x.code_{columns[-1]}", "d": f"y.code_{columns[-1]}",
        "number": repr(level.number),
    }  # fmt: skip
    call = f"{kind.may.__name__}({', '.join(given.get(want, want) for want in kind.wants)})"
    return call if kind.decides else f"{given['a']} == {given['b']} or {call}"


def _weight(c: int, number: int, tables: Tables) -> str:
    found = f"weights[{c}, {'v' if tables.variants[c] > 1 else 0}, {number}]"
    return f"min({found}, x.common_{c})" if number == 0 and tables.weighed[c] else found


def _bits(bits: int) -> list[int]:
    return [bit for bit in range(bits.bit_length()) if bits >> bit & 1]


def _all_bits(bits: int) -> str:
    return " and ".join(f"s{bit}" for bit in _bits(bits))


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"    {line}" if line else "" for line in lines)


@cache
def _foundations() -> str:
    """A digest of all code a kernel calls: numba's cache does not see when that changes."""
    modules = [texts, *(sys.modules[kind.may.__module__] for kind in KINDS.values())]
    sources = sorted({inspect.getsource(module) for module in modules})
    return hashlib.sha256("\n".join(sources).encode()).hexdigest()[:16]


def kernel_of(model: Model, tables: Tables) -> Kernel:
    """The screen of a model with its weights: rows, starts, middles, ends, first row, last row,
    earlier passes, left, right -> kept, looked, next row; see `_FRAME`."""
    return partial(load_kernel(kernel_source(model)), tables.weights, floors(model, tables))


def load_kernel(source: str) -> Kernel:
    """The compiled screen of a source; its first call compiles it, unless an earlier run has."""
    name = f"fraudmatch_screen_{hashlib.sha256(source.encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        path = _kept(name, source)
        specification = importlib.util.spec_from_file_location(name, path)
        assert specification and specification.loader
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        sys.modules[name] = module
    kernel: Kernel = sys.modules[name].screen
    return kernel


def _kept(name: str, source: str) -> Path:
    """The file that holds the source, written unless it stands."""
    for folder in _folders():
        path = folder / f"{name}.py"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_text(encoding="utf-8") != source:
                with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, delete=False) as file:
                    file.write(source)
                Path(file.name).replace(path)
        except OSError:
            continue
        return path
    raise OSError("there is no folder to keep compiled kernels in; set NUMBA_CACHE_DIR to one")


def _folders() -> Iterator[Path]:
    """Where numba keeps its own cache, then this user's, then a temporary one."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.environ["NUMBA_CACHE_DIR"]) / "fraudmatch"
    yield Path(__file__).parent / "__pycache__" / "kernels"
    yield (
        Path(os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache")
        / "fraudmatch"
    )
    yield Path(tempfile.gettempdir()) / "fraudmatch"
