"""Named moments of a night, so that a test can stop it at any of them.

The night calls its checkpoint at every stage and point; the one it is given does nothing, and what a test
gives may kill the program. It is an argument and is read from nowhere, so that nobody can reach it from outside.
"""

from __future__ import annotations

from collections.abc import Callable

#: The stages of a night, in their order.
STAGES = ("extract", "normalise", "link", "score", "cases", "report", "seal", "publish", "keep")
#: What a stage passes: before anything; half way; its files are written; they are on the disk; it counts as done.
POINTS = ("begin", "mid", "written", "durable", "committed")

#: Told (stage, point).
Checkpoint = Callable[[str, str], None]


def nothing(stage: str, point: str) -> None:
    """The checkpoint of every night but those of tests."""
