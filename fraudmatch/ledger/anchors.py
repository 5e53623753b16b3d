"""Heads that were told to others: in the manifests of kept runs, or as somebody reads one from a page."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fraudmatch.errors import SiteError
from fraudmatch.ledger.entry import Head

_ANCHOR = re.compile(r"([0-9]{1,12}):([0-9a-fA-F]{16,64})")


@dataclass(frozen=True)
class KeptRun:
    """What the manifest of a run says of the ledger.

    Attributes:
        head: as printed in its reports, of before it was first published. digest: SHA-256 of the manifest.
    """

    run_id: str
    head: Head
    digest: str


def kept_run(runs: Path, run_id: str) -> KeptRun | None:
    """A run, None where it is from before there was a ledger, or has no manifest that can be read."""
    try:
        written = (runs / run_id / "manifest.json").read_bytes()
        told = json.loads(written)["ledger"]
        return KeptRun(run_id, Head(int(told["seq"]), str(told["hash"])), hashlib.sha256(written).hexdigest())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept_runs(runs: Path) -> list[KeptRun]:
    """All runs of a site that know of the ledger, by run id."""
    names = sorted(path.parent.name for path in runs.glob("*/manifest.json"))
    return [run for name in names if (run := kept_run(runs, name)) is not None]


def parsed(text: str) -> Head:
    """An anchor as it is printed, 1042:9f86d081884c7d65; the hash may be longer.

    Raises:
        SiteError: it is none.
    """
    found = _ANCHOR.fullmatch(text.strip())
    if not found:
        raise SiteError(
            f"{text} is no anchor.", remedy="Write it as it is printed, for example 1042:9f86d081884c7d65."
        )
    return Head(int(found[1]), found[2].lower())


def by_seq(heads: Iterable[Head]) -> dict[int, list[str]]:
    """Heads as `verify` takes them; that of the empty ledger says nothing."""
    found: dict[int, list[str]] = {}
    for head in heads:
        if head.seq and head.hash not in found.setdefault(head.seq, []):
            found[head.seq].append(head.hash)
    return found
