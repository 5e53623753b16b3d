"""What all contestants of the speed benchmark share: their command line, their clock, their answer.

A contestant is a script that reads the people file, links it by the model file, writes its links
as Parquet (left, right: record_id, left < right) and prints one JSON object on its last line.
Standard library only: it runs in the environments of the peers too.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from pathlib import Path
from typing import Any

_BEGUN = time.perf_counter()


class Steps:
    """Wall seconds by step, from the import of this module on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = _BEGUN

    def lap(self, step: str) -> None:
        """Everything since the last lap was `step`."""
        now = time.perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now


def parser(description: str | None) -> argparse.ArgumentParser:
    """The arguments every contestant takes."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("people", type=Path, help="Parquet file of people.py")
    made.add_argument("model", type=Path, help="model file, for example models/loose.toml")
    made.add_argument("links", type=Path, help="Parquet file to write")
    made.add_argument("--threads", type=int, default=2)
    return made


def read_model(path: Path) -> dict[str, Any]:
    """A model file as it is written, for contestants that translate it."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def columns_of(model: dict[str, Any]) -> list[str]:
    """The columns a model reads, sorted: what a contestant need load besides record_id."""
    keys = [key for blocking in model["pass"] for key in blocking["key"]]
    used = keys + [column for comparison in model["comparison"] for column in comparison["columns"]]
    return sorted({name.split(":")[0] for name in used})


def edits(similarity: float, lengths: tuple[int, int]) -> int:
    """The number of edits that `levenshtein similarity` allows between texts of such lengths.

    Args:
        lengths: the shortest and the longest text of the column.

    Raises:
        ValueError: it would not be one number for all lengths, so that the job would differ.
    """
    allowed = {int((1 - similarity) * length + 1e-9) for length in range(lengths[0], lengths[1] + 1)}
    if len(allowed) != 1:
        raise ValueError(f"levenshtein {similarity} is not one number of edits at lengths {lengths}.")
    return allowed.pop()


def peak_mb() -> float | None:
    """The most memory this process ever held, in MB of a million bytes; None where /proc has no say.

    Not ru_maxrss, which begins with what the parent held at the fork.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


def answer(version: str, steps: Steps, pairs: int | None, links: int, **more: Any) -> None:
    """Print the JSON line.

    Args:
        version: of the contestant. pairs: distinct candidate pairs, None where it does not say.
    """
    told = {"version": version, "steps": steps.seconds, "pairs": pairs, "links": links, "peak_mb": peak_mb()}
    print(json.dumps(told | more), flush=True)
