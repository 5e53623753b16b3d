"""Verifying the ledger of a site: chain, decisions and acts, accounts, and the heads in the manifests of its runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from fraudmatch.errors import LedgerError
from fraudmatch.ledger.accounts import altered_account
from fraudmatch.ledger.anchors import KeptRun, by_seq, kept_run, kept_runs
from fraudmatch.ledger.chain import entries, head_of, newest
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.entry import Head
from fraudmatch.ledger.verify import Fault, Verified, verify
from fraudmatch.site import Site
from fraudmatch.store.access import Driver, opened, transaction

#: Entries verified at the start of a run.
AT_START = 10_000

_NO_STORE = Fault(1, "is missing, with all others: there is no store")


def verify_site(site: Site, newest_run: str | None, anchors: Iterable[Head] = ()) -> Verified:
    """Verify everything: every entry, every decision, act and account against its entry, every head of a kept run and those given.

    Args:
        newest_run: the run in force; null = there is none.

    Raises:
        StoreError: the file cannot be read.
    """
    run = kept_run(site.runs_folder, newest_run) if newest_run else None
    if not opened(site.outcomes_store):
        found = verify((), by_seq([*anchors, *(one.head for one in kept_runs(site.runs_folder))]))
        return found if run is None else replace(found, fault=_NO_STORE)
    with transaction(site.outcomes_store) as connection:
        heads = [run.head for run in kept_runs(site.runs_folder) if not _accepted(connection, run)]
        found = verify(entries(connection), by_seq([*anchors, *heads]))
        if found.fault is None:
            unlike = first_disagreement(connection) or altered_account(connection)
            found = replace(found, fault=unlike or _unknown_run(connection, run))
    return found


def check_before_run(site: Site, newest_run: str | None) -> Head:
    """The head before a night begins, once the newest entries and the newest run agree with each other.

    Args:
        newest_run: the run in force; null = there is none.

    Raises:
        LedgerError: the store is older than the newest run, or was changed. StoreError: it cannot be read.
    """
    run = kept_run(site.runs_folder, newest_run) if newest_run else None
    if not opened(site.outcomes_store):
        if run is not None:
            raise _refused(site, _NO_STORE, run)
        return Head()
    with transaction(site.outcomes_store) as connection:
        if run is not None and _accepted(connection, run):
            run = None
        head = head_of(connection)
        first = max(head.seq - AT_START, 0)
        asked = connection.execute("SELECT seq, hash FROM ledger WHERE seq = ?", (first,)).fetchone()
        begin = Head(*asked) if asked else None
        anchors = by_seq([run.head] if run else [])
        found = verify(entries(connection, after=first if begin else 0), anchors, begin)
        fault = found.fault or _unknown_run(connection, run)
    if fault:
        raise _refused(site, fault, run)
    return head


def misfits(site: Site) -> list[KeptRun]:
    """Kept runs whose head or publication the ledger does not have: what accepting a rollback names."""
    if not opened(site.outcomes_store):
        return kept_runs(site.runs_folder)
    with transaction(site.outcomes_store) as connection:
        held = dict(connection.execute("SELECT seq, hash FROM ledger").fetchall())
        return [
            run
            for run in kept_runs(site.runs_folder)
            if not _accepted(connection, run)
            and (
                (run.head.seq and held.get(run.head.seq) != run.head.hash)
                or newest(connection, "run.published", run.run_id) is None
            )
        ]


def _unknown_run(connection: Driver, run: KeptRun | None) -> Fault | None:
    """That the newest run was never entered as it is: the store is older than the run, or the manifest was changed."""
    if run is None or _accepted(connection, run):
        return None
    entry, last = newest(connection, "run.published", run.run_id), head_of(connection).seq
    if entry is None:
        return Fault(last + 1, f"is missing: that run {run.run_id} was published")
    if entry.after_digest != run.digest:
        return Fault(
            entry.seq, f"does not fit: the manifest of run {run.run_id} is not the one that was published"
        )
    return None


def _accepted(connection: Driver, run: KeptRun) -> bool:
    """Whether a person accepted that the ledger does not have this run."""
    asked = connection.execute("SELECT detail FROM ledger WHERE action = 'ledger.rollback_accepted'")
    return any(run.digest in json.loads(detail)["manifests"] for (detail,) in asked)


def _refused(site: Site, fault: Fault, run: KeptRun | None) -> LedgerError:
    told = f" Run {run.run_id} was made with the ledger at {run.head}." if run else ""
    return LedgerError(
        f"The ledger in {site.outcomes_store} cannot be trusted: {fault}.{told}",
        remedy=(
            f"Restore the newest backup. See: fraudmatch audit verify {site.root}. If an older store is all there is: "
            f"fraudmatch audit accept-rollback {site.root} --by NAME --reason WHY"
        ),
    )
