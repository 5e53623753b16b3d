"""What it costs a night to be crash-proof and to keep what it was made from: whole nights with and without.

    python benchmarks/stages.py SITE [--rounds 3]

SITE is a site folder; it is copied without its nights. Three kinds of night, each in a process of its own, one after
the other in every round: as it is; without `inputs/`; without `inputs/`, syncing, and the digests of what stages wrote
(the tables are written all the same). Prints medians, their ranges and ratios.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KINDS = ("as it is", "no inputs kept", "nor synced, nor digested")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kind", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.kind is not None:
        _night(asked.site, asked.kind)
        return
    seconds: dict[int, list[float]] = {kind: [] for kind in range(len(KINDS))}
    for _ in range(asked.rounds):
        for kind in seconds:
            with tempfile.TemporaryDirectory(dir=asked.site.parent) as folder:
                copy = Path(folder) / "site"
                shutil.copytree(
                    asked.site, copy, ignore=shutil.ignore_patterns("runs", "accepted", "outcomes.*")
                )
                command = [sys.executable, __file__, str(copy), "--kind", str(kind)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds[kind].append(float(done.stdout.splitlines()[-1]))
    base = statistics.median(seconds[2])
    for kind, name in enumerate(KINDS):
        middle = statistics.median(seconds[kind])
        print(
            f"{name:<26} {middle:6.2f} s ({min(seconds[kind]):.2f} to {max(seconds[kind]):.2f})  x {middle / base:.3f}"
        )


def _night(root: Path, kind: int) -> None:
    from fraudmatch.audit import building
    from fraudmatch.exercise import run_night
    from fraudmatch.site import load_site

    if kind == 2:
        building.sync_files = lambda paths: None  # type: ignore[assignment]
        real = building.sha256_of  # of the manifest, which is compared when it is published
        building.sha256_of = lambda path: real(path) if path.name == "manifest.json" else path.name  # type: ignore[assignment]
    site = load_site(root)
    if kind:
        site = site.model_copy(update={"keep_inputs": False})
    begun = time.perf_counter()
    run_night(site)
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    main()
