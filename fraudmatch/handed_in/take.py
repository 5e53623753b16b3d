"""Rows of a workbook against the store: taken, or said why not; nothing is overwritten that the sheet had not seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import Run, open_run
from fraudmatch.errors import ConflictError, RunError
from fraudmatch.handed_in.book import Row
from fraudmatch.handed_in.rows import Told, told_of
from fraudmatch.outcomes import Decision, Event, key_of
from fraudmatch.outcomes.events import faults_of
from fraudmatch.outcomes.store import Store
from fraudmatch.scoring import Library
from fraudmatch.site import Site
from fraudmatch.steps.seen import seen_flags

#: What becomes of a row, with its words; all but the first two were not taken.
STATES = {
    "taken": "taken",
    "unchanged": "told before",
    "conflict": "somebody decided since the workbook was made",
    "unknown": "no night that is kept has the flag as the workbook has it",
    "wrong": "something in the row is wrong",
}
TAKEN = ("taken", "unchanged")

#: Where a decision was told, in its idempotency key.
_FROM_SHEET = "sheet"


@dataclass(frozen=True)
class Result:
    """What became of one row.

    Attributes:
        state: a key of STATES. why: (heading, what to do), for rows that were not taken.
        event: of the decision that was taken, or that stands in its way; null = there is none.
    """

    sheet: str
    row: int
    flag_key: str
    state: str
    why: tuple[tuple[str, str], ...] = ()
    event: int | None = None


def take_in(
    site: Site, store: Store, library: Library, rows: Sequence[Row], *, partner: str, by: str, on: dt.date,
    now: dt.datetime, dry_run: bool = False,
) -> list[Result]:  # fmt: skip
    """Take the rows of a workbook into the store, one after another, each kept before the next is looked at.

    Ended half way, the same call goes on: what was taken is unchanged then.

    Args:
        partner: who sent the workbook; it decides about flags it owns, and no others.
        by / on: who decided, and the day. now: for the events. dry_run: say what would become of each, and keep nothing.

    Returns:
        One result a row, in their order.

    Raises:
        StoreError: the store is damaged or busy; what was taken before stays taken.
    """
    told = [told_of(row.cells) for row in rows]
    seen = _seen(site, library, store.secret, told)
    twice = _named_twice(told)
    taker = _Taker(store, partner, by, on, now, dry_run)
    return [
        taker.result(row, one, seen.get((one.run_id, one.flag_key)), one.flag_key in twice)
        for row, one in zip(rows, told, strict=True)
    ]


@dataclass(frozen=True)
class _Taker:
    store: Store
    partner: str
    by: str
    on: dt.date
    now: dt.datetime
    dry_run: bool

    def result(self, row: Row, told: Told, seen: Decision | None, twice: bool) -> Result:
        """What becomes of one row."""
        result = Result(row.sheet, row.row, told.flag_key, "wrong", told.wrong)
        if told.wrong:
            return result
        if twice:
            return replace(result, why=(("Flag key", "two rows answer for this flag; keep one."),))
        if seen is None:
            remedy = f"tell it by hand: fraudmatch outcomes record SITE {told.flag_key[:12]} --outcome …"
            return replace(result, state="unknown", why=(("", remedy),))
        if seen.partner != self.partner:
            return replace(
                result, why=(("Outcome", "another partner bears the loss and decides about this flag."),)
            )
        decision = replace(seen, **told.said, decided_by=self.by, decided_on=self.on)
        wrong = tuple(faults_of(decision))
        if wrong:
            return replace(result, why=wrong)
        newest = self.store.newest(told.flag_key)
        if newest is not None and _says(newest.decision) == _says(decision) and newest.sequence != told.event:
            return replace(result, state="unchanged", event=newest.sequence)
        return self._kept(result, decision, told.event, newest)

    def _kept(
        self, result: Result, decision: Decision, supersedes: int | None, newest: Event | None
    ) -> Result:
        if (newest.sequence if newest else None) != supersedes:
            return _in_conflict(result, newest)
        if self.dry_run:
            return replace(result, state="taken")
        key = key_of(decision, _FROM_SHEET, supersedes)
        try:
            kept = self.store.record(decision, key=key, recorded_at=self.now, supersedes=supersedes)
        except ConflictError:  # somebody was faster
            return _in_conflict(result, self.store.newest(decision.flag_key))
        return replace(result, state="taken", event=kept.event.sequence)


def _says(decision: Decision) -> tuple[object, ...]:
    """What was found, without who told it when."""
    return tuple(
        part
        for name, part in zip(_TOLD, decision.told(), strict=True)
        if name not in ("decided_on", "decided_by")
    )


_TOLD = ("flag_key", "outcome", "decided_on", "reason", "decided_by", "minutes", "note", "1", "2", "3", "4")


def _in_conflict(result: Result, newest: Event | None) -> Result:
    said = f"in force is: {newest}." if newest else "the decision it was made from is not in the store."
    remedy = "Look at it again; tonight's workbook has the row as it stands then."
    number = newest.sequence if newest else None
    return replace(result, state="conflict", why=(("", f"{said} {remedy}"),), event=number)


def _named_twice(told: Iterable[Told]) -> set[str]:
    """Flags for which more than one row has an answer."""
    once: set[str] = set()
    again: set[str] = set()
    for one in told:
        (again if one.flag_key in once else once).add(one.flag_key)
    return again


def _seen(
    site: Site, library: Library, secret: Callable[[], bytes], told: Iterable[Told]
) -> Mapping[tuple[str, str], Decision]:
    """(Run, flag) -> the flag as the officer saw it: in the night the sheet was made in.

    A night that is not kept any more, or was replaced by one of the same day, is stood in for by the newest.
    """
    of_run: dict[str, list[str]] = {}
    for one in told:
        if not one.wrong:
            of_run.setdefault(one.run_id, []).append(one.flag_key)
    found: dict[tuple[str, str], Decision] = {}
    for run_id, keys in sorted(of_run.items()):
        run = _kept_run(site, run_id)
        if run is None:
            continue
        flags = run.read("flags")
        mine = flags.filter(pc.is_in(flags["flag_key"], pa.array(keys, pa.string())))
        found |= {(run_id, one.flag_key): one for one in seen_flags(run, mine, library, secret)}
    return found


def _kept_run(site: Site, run_id: str) -> Run | None:
    for wanted in (run_id, None):
        try:
            return open_run(site.runs_folder, wanted)
        except RunError:
            continue
    return None
