"""What the stages of a night gave, as it passes from `order` to the manifest, the reports and `kept`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from fraudmatch.restricted import ApartCases
from fraudmatch.schemas import PROFILES, SENT_BACK, Override, empty

if TYPE_CHECKING:
    from fraudmatch.casework import Casework
    from fraudmatch.intake import ToKeep
    from fraudmatch.linkage import LinkedNight
    from fraudmatch.outcomes import NightOutcomes
    from fraudmatch.scoring import Scored

Say = Callable[[str], None]


@dataclass
class Stopwatch:
    """Wall seconds and peak memory after each stage; for people and the manifest only.

    Attributes:
        seconds: stage -> wall seconds.
        peak_mb: stage -> peak resident memory of the process so far, MB; absent where the
            platform does not tell.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, say: Say) -> Iterator[None]:
        """Time one stage."""
        say(name)
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun
        peak = peak_memory_mb()
        if peak is not None:
            self.peak_mb[name] = peak


def peak_memory_mb() -> float | None:
    """Peak resident memory of this process, MB; None where the platform does not tell."""
    try:
        import resource
    except ImportError:  # Windows has no resource module
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


@dataclass(frozen=True)
class Prepared:
    """A night after extract and normalise.

    Attributes:
        rejects / deliveries: of all stages, in their orders.
        accepted: deliveries accepted tonight, kept once the night is published.
        sent_back / profiles: SENT_BACK and PROFILES, for the reports of the partners that sent the rows.
    """

    records: pa.Table
    details: Mapping[str, pa.Table]
    rejects: pa.Table
    deliveries: pa.Table
    accepted: tuple[ToKeep, ...] = ()
    sent_back: pa.Table = field(default_factory=lambda: empty(SENT_BACK))
    profiles: pa.Table = field(default_factory=lambda: empty(PROFILES))


@dataclass(frozen=True)
class Cased:
    """The cases of a night, and what became of the decisions before it. attached: ATTACHED. restricted: those of restricted records."""

    casework: Casework
    attached: pa.Table
    restricted: ApartCases = field(default_factory=ApartCases.none)


@dataclass(frozen=True)
class NightTables:
    """The tables of a night that its reports are made from, just made or read back.

    Attributes:
        flags: FLAGS as the overrides leave them; the others under the names of their schemas.
        overrides: in the order of the site's file. overruled: OVERRULED.
    """

    prepared: Prepared
    groups: pa.Table
    flags: pa.Table
    held: pa.Table
    members: pa.Table
    evidence: pa.Table
    overrides: tuple[Override, ...]
    overruled: pa.Table
    cases: pa.Table
    case_flags: pa.Table
    attached: pa.Table


@dataclass(frozen=True)
class StageResults:
    """What each stage gave before the reports.

    Attributes:
        scored: flags as the overrides leave them. overruled: OVERRULED. evidence: EVIDENCE.
        linkage: what each model did, for the manifest.
    """

    prepared: Prepared
    linked: LinkedNight
    scored: Scored
    evidence: pa.Table
    overrides: tuple[Override, ...]
    overruled: pa.Table
    outcomes: NightOutcomes
    cased: Cased
    linkage: Sequence[Mapping[str, Any]]

    def tables(self) -> NightTables:
        """What the reports need."""
        scored, casework = self.scored, self.cased.casework
        return NightTables(
            self.prepared, self.linked.groups, scored.flags, scored.held, scored.members, self.evidence,
            self.overrides, self.overruled, casework.cases, casework.flags, self.cased.attached,
        )  # fmt: skip
