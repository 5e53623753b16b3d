"""The stages of a night in their order: the only module that knows it.

extract → normalise → link → score → cases → report. Every stage is on disk as soon as it has finished
(`audit.building`), and is taken over where an earlier start had finished it from the same inputs. `steps` says what
each stage writes; what a stage needs from another passes through here as a table or a function. Nothing here
publishes, locks or enters anything: `exercise` does that for a night, and `replay` makes an old one again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from fraudmatch import __version__
from fraudmatch.audit import Building, StageInput, StageOutput
from fraudmatch.containment import READERS
from fraudmatch.inputs import models, rule_texts
from fraudmatch.ledger.night import Printed
from fraudmatch.restricted import Listed
from fraudmatch.room import in_words
from fraudmatch.schemas import Override
from fraudmatch.scoring import Library
from fraudmatch.site import Site
from fraudmatch.stages import Prepared, Say, StageResults, Stopwatch
from fraudmatch.steps import casing, clean, flagging, linking, receive, reporting

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight
    from fraudmatch.outcomes import NightOutcomes
    from fraudmatch.steps.flagging import Flagged

T = TypeVar("T")


@dataclass(frozen=True)
class StandingNight:
    """What a night stands on besides the deliveries.

    Attributes:
        library / overrides: the rules. outcomes: what people had decided.
        keys: stage -> digest of what it rests on, as `inputs.stage_keys` gives them.
        printed: run id -> what its reports say of the ledger and of changes.
        listed: whose records are restricted.
    """

    site: Site
    day: dt.date
    library: Library
    overrides: tuple[Override, ...]
    outcomes: NightOutcomes
    keys: dict[str, str]
    printed: Callable[[str], Printed]
    listed: Listed


@dataclass(frozen=True)
class Made:
    """What the stages gave.

    Attributes:
        results: of each stage. run_id: by what decided them. names: report files, by their path in the run.
    """

    results: StageResults
    run_id: str
    names: list[str]


def make_stages(
    upon: StandingNight, building: Building, *, threads: int | None, watch: Stopwatch, say: Say
) -> Made:
    """Make every stage of a night, or take it over, up to its reports.

    Args:
        building: where they are made; what an earlier start left there is taken over where it fits.
        threads: at most this many in the linkage core; the result does not depend on it.

    Raises:
        FraudmatchError: a stage could not finish.
    """
    return _Stages(upon, building, threads, watch, say).all()


class _Stages:
    def __init__(
        self, upon: StandingNight, building: Building, threads: int | None, watch: Stopwatch, say: Say
    ) -> None:
        self.upon, self.building, self.threads, self.watch, self.say = upon, building, threads, watch, say

    def all(self) -> Made:
        upon = self.upon
        prepared = self._prepared()
        READERS.close()
        linked: LinkedNight = self._stage(
            "link",
            lambda out: linking.make(prepared, self.threads, self.say, out),
            lambda kept: linking.read(prepared, self.threads, kept),
        )  # fmt: skip
        flagged: Flagged = self._stage(
            "score",
            lambda out: flagging.make(
                prepared, linked, upon.library, upon.overrides, upon.listed, upon.day, out
            ),
            flagging.read,
        )
        cased = self._stage(
            "cases",
            lambda out: casing.make(prepared, linked, flagged, upon.outcomes, upon.library, upon.day, out),
            casing.read,
        )
        results = StageResults(
            prepared, linked, flagged.scored, flagged.evidence, upon.overrides, flagged.overruled,
            upon.outcomes, cased, self.building.told("link")["linkage"],
        )  # fmt: skip
        run_id = f"{upon.day.isoformat()}-{self._digest()[:10]}"
        night = reporting.Reported(
            upon.site, upon.day, run_id, upon.library, results.tables(), upon.printed(run_id), upon.listed
        )
        names = self._stage("report", lambda out: reporting.make(night, out), reporting.read)
        return Made(results, run_id, names)

    def _prepared(self) -> Prepared:
        """extract and normalise; RECEIVED is let go of in between."""
        site, day = self.upon.site, self.upon.day
        came = self._stage(
            "extract", lambda out: receive.make(site, day, out), lambda kept: receive.read(site, day, kept)
        )
        return self._stage(
            "normalise", lambda out: clean.make(came, day, out), lambda kept: clean.read(came, kept)
        )

    def _stage(self, name: str, make: Callable[[StageOutput], T], read: Callable[[StageInput], T]) -> T:
        """A stage, taken over where an earlier start had finished it from the same inputs, else made."""
        with in_words(self.upon.site, f"stage {name}"):
            kept = self.building.finished(name, self.upon.keys[name])
            if kept is not None:
                self.say(f"{name}: taken over from the earlier start")
                return read(kept)
            with self.watch.stage(name, self.say):
                return self.building.make(name, self.upon.keys[name], make)

    def _digest(self) -> str:
        """One digest of what decides the result: content, rules, models, overrides and version."""
        named = [name for name in self.building.tables() if name.startswith("details_")]
        content = {name: self.building.digest(name) for name in ("records", *named, "outcomes", "attached")}
        site = self.upon.site
        decided = [content, rule_texts(site), models(), __version__, *site.overrides]
        decided += [self.upon.listed.digest] if self.upon.listed else []
        whole = json.dumps(decided, sort_keys=True, default=str)
        return hashlib.sha256(whole.encode("utf-8")).hexdigest()
