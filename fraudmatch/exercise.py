"""The night: the only module that knows the order of the stages.

extract → normalise → link → score → cases → report, then manifest, folder and pointer. Every stage is on disk as
soon as it has finished (`audit.building`), so that a start after a crash goes on from there. `steps` says what each
stage writes; what a stage needs from another passes through here as a table or a function.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import __version__
from fraudmatch.audit import (
    BUILDING,
    Building,
    Run,
    StageInput,
    StageOutput,
    clear,
    open_run,
    publish,
    put_back,
    seal,
)
from fraudmatch.casework import Casework
from fraudmatch.checkpoints import STAGES, Checkpoint, nothing
from fraudmatch.containment import READERS
from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE, RunError, SiteError
from fraudmatch.inputs import models, rule_folders, rule_texts, stage_keys
from fraudmatch.intake import keep_drafts
from fraudmatch.ledger.night import OpenNight, night_entered
from fraudmatch.locking import locked
from fraudmatch.manifest import manifest_of
from fraudmatch.report import ReportInput, Worklist, report
from fraudmatch.room import in_words, insist_on_room
from fraudmatch.schemas import Override
from fraudmatch.scoring import Library, load_library, read_overrides
from fraudmatch.settings import changes, settings_of
from fraudmatch.site import Site
from fraudmatch.stages import NightTables, Prepared, Say, StageResults, Stopwatch
from fraudmatch.steps import casing, clean, flagging, linking, published, receive

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight
    from fraudmatch.outcomes import NightOutcomes
    from fraudmatch.scoring import Scored

T = TypeVar("T")


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
        overrides = read_overrides(site.overrides, site.partner_ids, library)
        with in_words(site, "putting the last start in order"):
            tidy(site, entered.published, resume=resume, say=say)
            insist_on_room(site)
        outcomes = casing.take_in_outcomes(site, day, library, recorded_at=dt.datetime.now(dt.UTC))
        building = Building(site.runs_folder / BUILDING, at)
        night = _Exercise(site, day, library, overrides, outcomes, building, threads, say, entered, settings)
        return (night.published() if resume else None) or night.run()


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
        told = work / "night.json"
        if told.is_file():
            day = dt.date.fromisoformat(json.loads(told.read_text(encoding="utf-8"))["as_at"])
            keep_drafts(work / receive.DRAFTS, site.accepted_folder, day, half_way)

    return keep


class _Exercise:
    """One night on its way: the stages in their order, each made or taken over."""

    def __init__(
        self, site: Site, day: dt.date, library: Library, overrides: tuple[Override, ...],
        outcomes: NightOutcomes, building: Building, threads: int | None, say: Say, entered: OpenNight,
        settings: dict[str, str],
    ) -> None:  # fmt: skip
        self.site, self.day, self.library, self.overrides = site, day, library, overrides
        self.outcomes, self.building, self.threads, self.say = outcomes, building, threads, say
        self.entered, self.settings = entered, settings
        self.watch, self.started = Stopwatch(), dt.datetime.now(dt.UTC)
        self.keys = stage_keys(site, day, outcomes)

    def published(self) -> Night | None:
        """The newest published night, where it was made from these very inputs and is sound."""
        try:
            run = open_run(self.site.runs_folder)
            if run.manifest.get("key") != self.keys["seal"]:
                return None
            back = published.read(run, self.threads)
            if receive.reader_failed(back.prepared.rejects):
                return None
        except RunError:
            return None
        self.entered.repeated(run.folder.name)
        self.say(f"night {run.folder.name} was made from the same inputs; there is nothing to do")
        files = [
            run.folder / name for name in sorted(run.manifest["artefacts"]) if name.startswith("reports/")
        ]
        return Night(
            self.site, self.day, run, back.prepared, back.linked, back.flagged.scored, back.flagged.overruled,
            back.cased.casework, back.cased.attached, self.library, self.watch, _exit_code(back.prepared), files, STAGES,
        )  # fmt: skip

    def run(self) -> Night:
        """All stages, then the publication."""
        site, day, library = self.site, self.day, self.library
        prepared = self._prepared()
        READERS.close()
        linked = self._stage(
            "link",
            lambda out: linking.make(prepared, self.threads, self.say, out),
            lambda kept: linking.read(prepared, self.threads, kept),
        )  # fmt: skip
        flagged = self._stage(
            "score",
            lambda out: flagging.make(prepared, linked, library, self.overrides, day, out), flagging.read,
        )  # fmt: skip
        cased = self._stage(
            "cases",
            lambda out: casing.make(prepared, linked, flagged, self.outcomes, library, day, out), casing.read,
        )  # fmt: skip
        results = StageResults(
            prepared, linked, flagged.scored, flagged.evidence, self.overrides, flagged.overruled,
            self.outcomes, cased, self.building.told("link")["linkage"],
        )  # fmt: skip
        run_id = f"{day.isoformat()}-{self._digest()[:10]}"
        names = self._stage(
            "report",
            lambda out: self._report(run_id, results, out), lambda kept: list(kept.told["files"]),
        )  # fmt: skip
        manifest = manifest_of(site, day, run_id, library, results, self.watch, self.started, self.building)
        manifest["key"] = self.keys["seal"]
        printed = self.entered.printed(run_id)
        manifest["ledger"] = {"seq": printed.head.seq, "hash": printed.head.hash}
        manifest["changes"], manifest["settings"] = [dict(each) for each in printed.changes], self.settings
        with in_words(site, "publishing"):
            seal(self.building, self.keys["seal"], manifest)
            run = publish(site.runs_folder, _keeper(site), self.building.at, entering=self.entered.published)
        if run is None:
            raise RunError(
                f"Night {run_id} was changed by another program before it was published.",
                remedy="Run it again; the night before is still in force.",
            )
        return Night(
            site, day, run, prepared, linked, flagged.scored, flagged.overruled, cased.casework, cased.attached,
            library, self.watch, _exit_code(prepared), [run.folder / name for name in names],
            tuple(self.building.taken_over),
        )  # fmt: skip

    def _prepared(self) -> Prepared:
        """extract and normalise; RECEIVED is let go of in between."""
        came = self._stage("extract", self._received, lambda kept: receive.read(self.site, self.day, kept))
        return self._stage(
            "normalise", lambda out: clean.make(came, self.day, out), lambda kept: clean.read(came, kept)
        )

    def _received(self, out: StageOutput) -> receive.Received:
        told = out.work / "night.json"
        told.parent.mkdir(parents=True, exist_ok=True)
        told.write_text(json.dumps({"as_at": self.day.isoformat()}) + "\n", encoding="utf-8", newline="\n")
        out.add([told])
        return receive.make(self.site, self.day, out)

    def _report(self, run_id: str, results: StageResults, out: StageOutput) -> list[str]:
        clear(out.run / "reports")
        printed = self.entered.printed(run_id)
        night = report_input(self.site, self.day, run_id, self.library, results.tables())
        night = replace(night, ledger_head=str(printed.head), changes=printed.changes)
        made = report(out.run / "reports", night)
        out.add(made)
        names = [path.relative_to(out.run).as_posix() for path in made]
        out.told["files"] = names
        return names

    def _stage(self, name: str, make: Callable[[StageOutput], T], read: Callable[[StageInput], T]) -> T:
        """A stage, taken over where an earlier start had finished it from the same inputs, else made."""
        with in_words(self.site, f"stage {name}"):
            kept = self.building.finished(name, self.keys[name])
            if kept is not None:
                self.say(f"{name}: taken over from the earlier start")
                return read(kept)
            with self.watch.stage(name, self.say):
                return self.building.make(name, self.keys[name], make)

    def _digest(self) -> str:
        """One digest of what decides the result: content, rules, models, overrides and version."""
        named = [name for name in self.building.tables() if name.startswith("details_")]
        content = {name: self.building.digest(name) for name in ("records", *named, "outcomes", "attached")}
        decided = [content, rule_texts(self.site), models(), __version__, *self.site.overrides]
        whole = json.dumps(decided, sort_keys=True, default=str)
        return hashlib.sha256(whole.encode("utf-8")).hexdigest()


def _exit_code(prepared: Prepared) -> int:
    held = pc.any(pc.is_in(prepared.deliveries["state"], pa.array(["refused", "held", "deferred"]))).as_py()
    return EXIT_DELIVERIES_HELD if held else EXIT_DONE


def report_input(site: Site, day: dt.date, run_id: str, library: Library, tables: NightTables) -> ReportInput:
    """What the reports of a night need, with the texts of the rules that ran."""
    ran = {rule_id: text for rule_id, text in library.texts(day).items() if text.status in ("trial", "live")}
    prepared = tables.prepared
    return ReportInput(
        site_name=site.name, as_at=day, run_id=run_id, partners=site.partners, records=prepared.records,
        details=prepared.details, groups=tables.groups, flags=tables.flags, held=tables.held,
        members=tables.members, evidence=tables.evidence, rejects=prepared.rejects,
        deliveries=prepared.deliveries, sent_back=prepared.sent_back, profiles=prepared.profiles, rules=ran, overrides=tables.overrides, overruled=tables.overruled,
        worklist=Worklist(tables.cases, tables.case_flags), attached=tables.attached,
    )  # fmt: skip
