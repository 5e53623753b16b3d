"""The reports of a published night written again: seconds, files, and one digest of all their bytes.

    python benchmarks/reports.py SITE
    python benchmarks/reports.py SITE --repeat 3

Two versions of the program that print the same digest wrote the same files, byte for byte, workbooks too.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
from pathlib import Path

from fraudmatch.kept import input_of, read_night
from fraudmatch.report import report
from fraudmatch.site import load_site


def digest(folder: Path, files: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    site = load_site(chosen.site)
    night = input_of(site, read_night(site))
    wall, cpu = [], []
    for _ in range(chosen.repeat):
        with tempfile.TemporaryDirectory() as place:
            begun, used = time.perf_counter(), time.process_time()
            files = report(Path(place), night)
            wall.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
            said = f"{len(files)} files, {sum(path.stat().st_size for path in files):,} bytes, {digest(Path(place), files)}"
    print(
        f"{statistics.median(wall):.1f} s ({statistics.median(cpu):.1f} s of processor), median of {len(wall)}"
    )
    print(said)


if __name__ == "__main__":
    main()
