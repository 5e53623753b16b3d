"""What is measured: a finished linking, of a folder of files or of a night, whose pairs can be judged again.

Everything that judges, draws review samples or lists errors works on a `Linking`, so that it need
not know where the records came from.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.errors import GateError
from fraudmatch.files.folder import LinkFolder
from fraudmatch.linkage.clock import Clock
from fraudmatch.linkage.linker import Linker, prepare
from fraudmatch.linkage.model import Model
from fraudmatch.linkage.passes import run_passes
from fraudmatch.linkage.subjects import known_apart

Rows = npt.NDArray[np.int64]
Say = Callable[[str], None]

#: How far below the threshold pairs are looked at unless told otherwise, in bits.
FLOOR = 10.0


@dataclass(frozen=True)
class Compared:
    """The compared pairs of a linking down to some match weight.

    Attributes:
        left, right: rows, left < right. total: int64, match weight in thousandths of a bit.
        linker: judges further pairs. keys: int32 [n, passes]; blocking keys, -1 = none.
    """

    left: Rows
    right: Rows
    total: npt.NDArray[np.int64]
    linker: Linker
    keys: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Linking:
    """A finished linking.

    Attributes:
        records: the table the model read, one line per row.
        model: the model, as it was used.
        names: what each row is called in lists. called: what `fraudmatch explain` calls it.
        identity: what a row is and stays; review samples are drawn by it.
        unit: int64 [n]; rows of one unit count as one, numbered from 0 by first row: the two parties
            of a joint row, where the truth names only the row.
        apart: int32 [n]; rows with the same number (not -1) are known to differ.
        side: int8 [n] 0 or 1 where two files were linked across, else None.
        written: rows of the links that were written; None = all compared pairs that reach the threshold.
        links: how many these were when they were written; None = not known, or not all of them.
        unseen: bool [n]; rows of which no pair is shown or counted, since they are restricted; None = there are none.
        where: folder as `fraudmatch explain` wants it. options: what it is to be told besides.
    """

    records: pa.Table
    model: Model
    names: Sequence[str]
    called: Sequence[str]
    identity: Sequence[str]
    unit: Rows
    apart: npt.NDArray[np.int32] | None
    side: npt.NDArray[np.int8] | None
    written: tuple[Rows, Rows] | None
    where: str
    options: tuple[str, ...] = ()
    links: int | None = None
    unseen: npt.NDArray[np.bool_] | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.unit.max(initial=-1)) + 1

    def floor(self, wanted: float | None) -> float:
        """The match weight in bits down to which pairs are looked at, never above the threshold."""
        return min(self.model.threshold - FLOOR if wanted is None else wanted, self.model.threshold)

    def compare(self, floor: float, *, threads: int | None = None, say: Say | None = None) -> Compared:
        """The pairs the passes propose that weigh at least `floor` bits; nothing is grouped.

        Raises:
            GateError: the model gives other links than those that were written: it was changed since.
        """
        model = self.model.model_copy(update={"threshold": floor})
        linker = prepare(self.records, model, self.apart, threads)
        found = run_passes(linker, self.side, Clock(), threads=threads, budget=None, progress=say)
        links = int((found.total >= self.model.threshold_milli).sum())
        if self.links not in (None, links):
            raise GateError(
                f"{self.model.id} gives {links:,} links now and gave {self.links:,} when the night was run.",
                remedy="The model was changed in between. Run the night again, then measure.",
            )
        rows = linker.packed
        keys = np.stack([rows[f"key_{number}"] for number in range(len(model.passes))], 1)
        left, right, total = found.left, found.right, found.total.astype(np.int64)
        if self.unseen is not None:
            seen = ~(self.unseen[left] | self.unseen[right])
            left, right, total = left[seen], right[seen], total[seen]
        return Compared(left, right, total, linker, keys)

    def code(self, left: Rows, right: Rows) -> Rows:
        """One number for the pair of units that two rows belong to, whichever comes first."""
        a, b = self.unit[left], self.unit[right]
        return np.asarray(np.minimum(a, b) * self.units + np.maximum(a, b))

    def explain(self, left: str, right: str) -> str:
        """The command that explains two rows by what they are called."""
        words = ["fraudmatch", "explain", self.where, left, right, *self.options]
        return " ".join(map(shlex.quote, words))


def linking_of_folder(folder: LinkFolder, where: Path) -> Linking:
    """The linking of a folder that `fraudmatch link` wrote, read back from `where`."""
    records = folder.records
    partner, ref, party = (records[name].to_pylist() for name in ("partner", "source_ref", "party"))
    place: dict[tuple[str, str], int] = {}
    unit = np.array([place.setdefault(key, len(place)) for key in zip(partner, ref, strict=True)], np.int64)
    return Linking(
        records=records,
        model=folder.model,
        names=ref,
        called=[f"{name}#2" if number == 2 else name for name, number in zip(ref, party, strict=True)],
        identity=["\x00".join(map(str, parts)) for parts in zip(partner, ref, party, strict=True)],
        unit=unit,
        apart=known_apart(records),
        side=folder.side,
        written=(folder.left, folder.right),
        where=str(where),
    )
