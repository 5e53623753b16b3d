"""Whether what nights lack was purged indeed: by a purge that the ledger has, whose certificate is as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable

from fraudmatch.audit import purged_from, sha256_of
from fraudmatch.ledger.chain import newest
from fraudmatch.site import Site
from fraudmatch.store.access import exists, ready, transaction


def unaccounted(site: Site, run_ids: Iterable[str]) -> list[str]:
    """Files that nights say were purged and that no entered certificate has, one a line.

    A purge that was begun and cut short is known by its list; the next purge finishes it.
    """
    told = {run_id: purged_from(site.runs_folder / run_id) for run_id in run_ids}
    known = {number: _removed_by(site, number) for gone in told.values() for number in gone.values()}
    wrong = []
    for run_id, gone in sorted(told.items()):
        for name, number in sorted(gone.items()):
            path = f"runs/{run_id}/{name}"
            if (site.root / path).is_file():
                continue  # spared, or not reached yet: `faults_in` holds it to the manifest
            if path not in known[number]:
                wrong.append(f"{run_id}/{name} is missing, and no purge that was entered removed it")
    return wrong


def _removed_by(site: Site, number: str) -> frozenset[str]:
    """What a purge removed, by path; nothing where the ledger does not have it as it lies there."""
    if not number.isdecimal() or not exists(site.outcomes_store):
        return frozenset()
    for action, ending in (("purge.done", ".json"), ("purge.begun", ".plan.json")):
        path = site.purges_folder / f"{number}{ending}"
        ready(site.outcomes_store)
        with transaction(site.outcomes_store) as connection:
            entry = newest(connection, action, f"purge {number}")
        if entry and path.is_file() and sha256_of(path) == entry.after_digest:
            told = json.loads(path.read_text(encoding="utf-8"))
            listed = told["removed" if ending == ".json" else "items"]
            return frozenset(one["path"] for one in listed if "path" in one)
    return frozenset()
