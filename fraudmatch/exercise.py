"""A night from its lock to its publication: what an earlier start left, the stages (`order`), manifest, folder, pointer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import BUILDING, Building, Run, clear, open_run, publish, put_back, seal
from fraudmatch.casework import Casework
from fraudmatch.checkpoints import STAGES, Checkpoint, nothing
from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE, RunError, SiteError
from fraudmatch.inputs import rule_folders, stage_keys
from fraudmatch.intake import keep_drafts
from fraudmatch.ledger.night import OpenNight, night_entered
from fraudmatch.locking import locked
from fraudmatch.manifest import manifest_of
from fraudmatch.order import StandingNight, make_stages
from fraudmatch.restricted import read_listed
from fraudmatch.room import in_words, insist_on_room
from fraudmatch.schemas import UNUSED_STATES
from fraudmatch.scoring import Library, load_library, read_overrides
from fraudmatch.settings import changes, settings_of
from fraudmatch.site import Site
from fraudmatch.stages import Prepared, Say, Stopwatch
from fraudmatch.steps import casing, clean, published, receive

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight
    from fraudmatch.scoring import Scored


@dataclass(frozen=True)
class Night:
    """A finished night.

    Attributes:
        run: where it is kept.
        scored: flags as the overrides leave them. overruled: OVERRULED. attached: ATTACHED.
        exit_code: 0, or 4 when some deliveries were refused.
        files: report files written.
        taken_over: stages that an earlier start had finished.
    """

    site: Site
    as_at: dt.date
    run: Run
    prepared: Prepared
    linked: LinkedNight
    scored: Scored
    overruled: pa.Table
    casework: Casework
    attached: pa.Table
    library: Library
    watch: Stopwatch
    exit_code: int
    files: list[Path]
    taken_over: tuple[str, ...] = ()


def as_at_of(site: Site, as_at: dt.date | None) -> dt.date:
    """The date the exercise speaks of: the one given, else the site's.

    Raises:
        SiteError: neither says one; the clock is never asked.
    """
    chosen = as_at or site.as_at
    if chosen is None:
        raise SiteError(
            "The exercise has no date.", remedy="Give --as-at 2026-03-31, or set as_at in site.toml."
        )
    return chosen


def prepare(site: Site, as_at: dt.date, watch: Stopwatch, say: Say) -> Prepared:
    """Extract every delivery, take in what passes its gates, and normalise it; nothing is written.

    Raises:
        ConservationError: a received row has no record.
    """
    with watch.stage("extract", say):
        came = receive.receive(site, as_at)
    with watch.stage("normalise", say):
        return clean.clean(came, as_at)


def run_night(
    site: Site, *, as_at: dt.date | None = None, threads: int | None = None, resume: bool = False,
    say: Say = lambda _: None, at: Checkpoint = nothing,
) -> Night:  # fmt: skip
    """Run one whole night and publish it under runs/.

    A night that an earlier start had finished and not yet published is published first.

    Args:
        site: the site folder.
        as_at: the date the exercise speaks of; the site's when None.
        threads: at most this many in the linkage core; the result does not depend on it.
        resume: take over the stages an earlier start finished from the same inputs; the result is the same.
        say: told what is being done.
        at: told every point of every stage; for tests.

    Raises:
        ConfigurationError: a site, mapping, rule or model file has faults.
        RunError: the night could not finish; nothing was published.
        BusyError: another run is active in the site.
    """
    day = as_at_of(site, as_at)
    with (
        in_words(site, "the night"),
        locked(site.runs_folder / ".lock", dt.datetime.now(dt.UTC).isoformat(timespec="seconds")),
    ):
        return _run_alone(site, day, threads, resume, say, at)


def _run_alone(
    site: Site, day: dt.date, threads: int | None, resume: bool, say: Say, at: Checkpoint
) -> Night:
    """The night, while no other start is at work in the site."""
    newest, settings, changed = _before(site)
    with night_entered(site, day, newest, changed) as entered:
        library = load_library(rule_folders(site))
        overrides, listed = read_overrides(site.overrides, site.partner_ids, library), read_listed(site)
        with in_words(site, "putting the last start in order"):
            tidy(site, entered.published, resume=resume, say=say)
            insist_on_room(site)
        outcomes = casing.take_in_outcomes(site, day, library, recorded_at=dt.datetime.now(dt.UTC))
        keys = stage_keys(site, day, outcomes)
        upon = StandingNight(site, day, library, overrides, outcomes, keys, entered.printed, listed)
        building = Building(site.runs_folder / BUILDING, at)
        before = _again(upon, threads, entered, say) if resume else None
        return before or _made(upon, building, threads, entered, settings, say)


def _before(site: Site) -> tuple[str | None, dict[str, str], list[dict[str, Any]]]:
    """The run in force, what settings there are tonight, and which differ from those of that run."""
    now = settings_of(site)
    try:
        run = open_run(site.runs_folder)
    except RunError:
        return None, now, []
    return run.folder.name, now, changes(run.manifest.get("settings"), now, site)


def tidy(site: Site, entering: Callable[[Path], None], *, resume: bool, say: Say = lambda _: None) -> None:
    """Put in order what an earlier start left: publish what was finished, and remove the rest unless it is to be resumed."""
    runs = site.runs_folder
    put_back(runs)
    earlier = publish(runs, _keeper(site), entering=entering)
    if earlier is not None:
        say(f"published night {earlier.folder.name}, which an earlier start had finished")
    if not resume and (runs / BUILDING).exists():
        say("removed what an unfinished night had left; --resume would have gone on from it")
        clear(runs / BUILDING)


def _keeper(site: Site) -> Callable[[Path, Callable[[], None]], None]:
    """What puts away the deliveries that a published night accepted."""

    def keep(work: Path, half_way: Callable[[], None]) -> None:
        day = receive.day_of(work)
        if day is not None:
            keep_drafts(work / receive.DRAFTS, site.accepted_folder, day, half_way)

    return keep


def _again(upon: StandingNight, threads: int | None, entered: OpenNight, say: Say) -> Night | None:
    """The newest published night, where it was made from these very inputs and is sound."""
    try:
        run = open_run(upon.site.runs_folder)
        if run.manifest.get("key") != upon.keys["seal"]:
            return None
        back = published.read(run, threads)
        if receive.reader_failed(back.prepared.rejects):
            return None
    except RunError:
        return None
    entered.repeated(run.folder.name)
    say(f"night {run.folder.name} was made from the same inputs; there is nothing to do")
    files = [run.folder / name for name in sorted(run.manifest["artefacts"]) if name.startswith("reports/")]
    return Night(
        upon.site, upon.day, run, back.prepared, back.linked, back.flagged.scored, back.flagged.overruled,
        back.cased.casework, back.cased.attached, upon.library, Stopwatch(), _exit_code(back.prepared), files, STAGES,
    )  # fmt: skip


def _made(
    upon: StandingNight, building: Building, threads: int | None, entered: OpenNight, settings: dict[str, str],
    say: Say,
) -> Night:  # fmt: skip
    """All stages, then the publication."""
    site, watch, started = upon.site, Stopwatch(), dt.datetime.now(dt.UTC)
    made = make_stages(upon, building, threads=threads, watch=watch, say=say)
    results, printed = made.results, upon.printed(made.run_id)
    manifest = manifest_of(site, upon.day, made.run_id, upon.library, results, watch, started, building)
    manifest["key"] = upon.keys["seal"]
    manifest["ledger"] = {"seq": printed.head.seq, "hash": printed.head.hash}
    manifest["changes"], manifest["settings"] = [dict(each) for each in printed.changes], settings
    with in_words(site, "publishing"):
        seal(building, upon.keys["seal"], manifest)
        run = publish(site.runs_folder, _keeper(site), building.at, entering=entered.published)
    if run is None:
        raise RunError(
            f"Night {made.run_id} was changed by another program before it was published.",
            remedy="Run it again; the night before is still in force.",
        )
    return Night(
        site, upon.day, run, results.prepared, results.linked, results.scored, results.overruled,
        results.cased.casework, results.cased.attached, upon.library, watch, _exit_code(results.prepared),
        [run.folder / name for name in made.names], tuple(building.taken_over),
    )  # fmt: skip


def _exit_code(prepared: Prepared) -> int:
    held = pc.any(pc.is_in(prepared.deliveries["state"], pa.array(UNUSED_STATES))).as_py()
    return EXIT_DELIVERIES_HELD if held else EXIT_DONE
