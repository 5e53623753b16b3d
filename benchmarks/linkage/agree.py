"""Whether Splink and fraudmatch do the same job: every candidate pair, level by level.

    python benchmarks/linkage/agree.py --job loose --records 20000

Splink writes all its candidate pairs with levels and match weights; ours are worked out for the
same pairs. Prints what differs, with values, and exits 1 when anything does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import people
import pyarrow as pa
import pyarrow.parquet as pq
from measured import HERE, PEERS, run

from fraudmatch.linkage import Linker, link, load_model, prepare

_SHOWN = 10


def differences(linker: Linker, theirs: pa.Table) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Per pair and comparison whether levels differ, and per pair the difference of match weights.

    Splink counts levels from the last to the first and calls a missing value -1.
    """
    left, right = theirs["left"].to_numpy(), theirs["right"].to_numpy()
    levels, totals = linker.levels_and_totals(left, right)
    differ = np.empty(levels.shape, bool)
    for position, comparison in enumerate(linker.model.comparison):
        gamma = theirs[f"gamma_{comparison.columns[0]}"].to_numpy()
        place = np.where(gamma < 0, -1, len(comparison.levels) - 1 - gamma)
        differ[:, position] = place != levels[:, position]
    return differ, totals / 1000 - theirs["match_weight"].to_numpy()


def told(table: pa.Table, theirs: pa.Table, linker: Linker, differ: npt.NDArray[np.bool_]) -> list[str]:
    """The first pairs that differ, with their values."""
    lines = []
    for pair, position in np.argwhere(differ)[:_SHOWN]:
        column = linker.model.comparison[position].columns[0]
        rows = [theirs[side][int(pair)].as_py() for side in ("left", "right")]
        values = [table[column][row].as_py() for row in rows]
        lines.append(f"  {column}: {values[0]!r} and {values[1]!r} (records {rows[0]} and {rows[1]})")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--job", choices=["loose", "tight"], default="loose")
    parser.add_argument("--records", type=int, default=20_000)
    chosen = parser.parse_args()
    model = HERE / "models" / f"{chosen.job}.toml"
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "people.parquet", Path(folder) / "pairs.parquet"
        people.write(file, chosen.records)
        run([str(PEERS), str(HERE / "peer_splink.py"), str(file), str(model), str(out), "--every-pair"], {})
        table, theirs = pq.read_table(file), pq.read_table(out)
    made = load_model(model)
    linker, compared = prepare(table, made), link(table, made).compared
    differ, apart = differences(linker, theirs)
    print(f"{chosen.job}: {len(theirs):,} candidate pairs of {chosen.records:,} records")
    print(
        f"levels that differ: {differ.sum():,}; largest difference of match weights: {abs(apart).max():.4f} bits"
    )
    print("\n".join(told(table, theirs, linker, differ)))
    if compared != len(theirs):
        print(f"fraudmatch has {compared:,} candidate pairs.")
    return int(differ.any() or compared != len(theirs))


if __name__ == "__main__":
    sys.exit(main())
