"""A night in the ledger: begun, published or failed; and the head its reports print."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudmatch.errors import (
    EXIT_DELIVERIES_HELD,
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_RUN_FAILED,
    FraudmatchError,
)
from fraudmatch.ledger.chain import append, head_of, newest, oldest
from fraudmatch.ledger.entering import enter_all
from fraudmatch.ledger.entry import Act, Head
from fraudmatch.ledger.people import login_name
from fraudmatch.ledger.whole import check_before_run
from fraudmatch.schemas import UNUSED_STATES
from fraudmatch.site import Site
from fraudmatch.store.access import Driver, ready, transaction
from fraudmatch.store.words import in_words, stamp

_ENDED = ("run.published", "run.repeated")


@dataclass(frozen=True)
class Printed:
    """What the reports of a run say of the ledger and of changes, the same whenever the run is made again.

    Attributes:
        head: the ledger before the night was first begun. changes: as `settings.changes` gives them.
    """

    head: Head
    changes: tuple[Mapping[str, Any], ...]


class OpenNight:
    """A night that was begun in the ledger."""

    def __init__(
        self, site: Site, began: int, head: Head, changes: Sequence[Mapping[str, Any]], by: str
    ) -> None:
        self._file, self._began, self._by = site.outcomes_store, began, by
        self._now = Printed(head, tuple(changes))

    def printed(self, run_id: str) -> Printed:
        """What the reports of the run print: as at its first publication, else as things stand.

        Raises:
            StoreError: the ledger cannot be read.
        """
        with transaction(self._file) as connection:
            entry = oldest(connection, "run.published", run_id)
        told = json.loads(entry.detail) if entry else {}
        if "head" not in told:
            return self._now
        seq, _, text = told["head"].partition(":")
        return Printed(Head(int(seq), text), tuple(told["changes"]))

    def published(self, folder: Path) -> None:
        """Enter that the run is about to be published; called before it gets its folder, and the pointer its name.

        Args:
            folder: where its manifest is.

        Raises:
            StoreError: it was not entered, so the run must not be published.
        """
        written = (folder / "manifest.json").read_bytes()
        told = json.loads(written)
        held = any(each["state"] in UNUSED_STATES for each in told["deliveries"])
        detail: dict[str, Any] = {
            "began": self._began, "exit_code": EXIT_DELIVERIES_HELD if held else EXIT_DONE, "flags": told["flags"],
        }  # fmt: skip
        if "ledger" in told:
            detail["head"] = f"{told['ledger']['seq']}:{told['ledger']['hash']}"
            detail["changes"] = told["changes"]
        digest = hashlib.sha256(written).hexdigest()
        enter_all(self._file, [Act("run.published", self._by, told["run_id"], after=digest, detail=detail)])

    def repeated(self, run_id: str) -> None:
        """Enter that the night was asked for again, and stands as it was published.

        Raises:
            StoreError: it was not entered.
        """
        enter_all(self._file, [Act("run.repeated", self._by, run_id, detail={"began": self._began})])

    def failed(self, error: BaseException) -> None:
        """Enter that the night failed. Where that cannot be written, the error that it failed with matters more."""
        if isinstance(error, FraudmatchError):
            detail = {"began": self._began, "exit_code": error.exit_code, "error": error.code}
        else:
            stopped = isinstance(error, KeyboardInterrupt)
            code = EXIT_INTERRUPTED if stopped else EXIT_RUN_FAILED
            detail = {"began": self._began, "exit_code": code, "error": type(error).__name__}
        with contextlib.suppress(FraudmatchError, OSError):
            enter_all(self._file, [Act("run.failed", self._by, detail=detail)])


@contextmanager
def night_entered(
    site: Site, day: dt.date, newest_run: str | None, changes: Sequence[Mapping[str, Any]]
) -> Iterator[OpenNight]:
    """Check the ledger and enter that a night begins; enter that it failed when the block raises.

    Args:
        newest_run: the run in force, null = there is none. changes: since that run.

    Raises:
        LedgerError: the ledger is older than the newest run, or was changed.
        StoreError: it cannot be read or written; the night has not begun.
    """
    check_before_run(site, newest_run)
    with in_words(site.outcomes_store, "takes no entry in the ledger, so the night was not begun"):
        ready(site.outcomes_store)
    by, now = login_name(), stamp(dt.datetime.now(dt.UTC))
    with transaction(site.outcomes_store, writes=True) as connection:
        head, ended = _head_to_print(connection)
        acts = [Act("run.begun", by, detail={"as_at": day.isoformat(), "newest": newest_run})]
        acts += [
            Act("settings.changed", by, each["name"], each["partner"], before=each["before"],
                after=each["after"], detail={"kind": each["kind"], "by": each["by"], "on": each["on"]})
            for each in changes if not _entered(connection, each, ended)
        ]  # fmt: skip
        began = head_of(connection).seq + 1
        append(connection, acts, now)
    night = OpenNight(site, began, head, changes, by)
    try:
        yield night
    except BaseException as error:
        night.failed(error)
        raise


def _head_to_print(connection: Driver) -> tuple[Head, int]:
    """The head before the first attempt at a night since one was published, and where that one ended.

    What attempts that failed or were killed have entered must not show: a night that is gone on with prints
    what it would have printed had nothing come between.
    """
    asked = "SELECT coalesce(max(seq), 0) FROM ledger WHERE action IN (?, ?)"
    ((ended,),) = connection.execute(asked, _ENDED).fetchall()
    asked = "SELECT min(seq) FROM ledger WHERE action = 'run.begun' AND seq > ?"
    ((first,),) = connection.execute(asked, (ended,)).fetchall()
    if first is None:
        return head_of(connection), ended
    found = connection.execute("SELECT seq, hash FROM ledger WHERE seq = ?", (first - 1,)).fetchone()
    return (Head(*found) if found else Head()), ended


def _entered(connection: Driver, change: Mapping[str, Any], since: int) -> bool:
    """Whether an attempt since the last published night has entered this change already."""
    entry = newest(connection, "settings.changed", change["name"])
    return entry is not None and entry.seq > since and entry.after_digest == change["after"]
