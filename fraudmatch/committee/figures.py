"""Counts and amounts of a period: by service, rule, partner and month."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fraudmatch.committee.flagged import Flagged, FlagOf
from fraudmatch.committee.terms import Terms, Year
from fraudmatch.outcomes import REOPENED, Event
from fraudmatch.schemas import CLEARED, CLEARED_REASONS, REAL, VALUE_CLASSES, RuleText
from fraudmatch.site import Partner

Key = TypeVar("Key")

#: Where a flag's rule is no longer in the library.
NO_RULE = "rules no longer in the library"


@dataclass
class Tally:
    """What became of some flags in a period.

    Attributes:
        flags: flagged on any night of the period. shared: of these, resting on a record of another partner too.
        confirmed / error / cleared / unresolved: decided in the period, by the newest decision of each flag; they may
            have been flagged before it.
        shared_real: confirmed or error, and shared.
        minutes: officer time told. timed / timed_real: reviewed flags of which time was told, and real ones of them.
        found: class -> pence found, of confirmed flags and errors; None = no amount was told.
    """

    flags: int = 0
    shared: int = 0
    confirmed: int = 0
    error: int = 0
    cleared: int = 0
    unresolved: int = 0
    shared_real: int = 0
    minutes: int = 0
    timed: int = 0
    timed_real: int = 0
    found: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(VALUE_CLASSES))

    @property
    def real(self) -> int:
        """Confirmed flags and honest mistakes."""
        return self.confirmed + self.error

    @property
    def reviewed(self) -> int:
        """Flags decided in the period, without those that were looked at and not settled."""
        return self.real + self.cleared

    @property
    def yield_hundredths(self) -> int | None:
        """Real ones of those reviewed, per cent times 100; null where none was reviewed."""
        return round(10_000 * self.real / self.reviewed) if self.reviewed else None

    @property
    def real_per_hour_hundredths(self) -> int | None:
        """Real ones for each officer hour, times 100, of flags whose time was told; null where none was."""
        return round(6_000 * self.timed_real / self.minutes) if self.minutes else None

    def add(self, outcome: str, minutes: int | None, pence: Mapping[str, int | None], shared: bool) -> None:
        """Count a decision."""
        real = outcome in REAL
        setattr(self, outcome, getattr(self, outcome) + 1)
        self.shared_real += real and shared
        if minutes is not None and outcome in (*REAL, CLEARED):
            self.minutes, self.timed, self.timed_real = (
                self.minutes + minutes,
                self.timed + 1,
                self.timed_real + real,
            )
        for kind, told in pence.items():
            if real and told is not None:
                self.found[kind] = (self.found[kind] or 0) + told


@dataclass(frozen=True)
class Line:
    """A line of work of a partner: what one rule of it came to."""

    service: str
    rule_id: str
    title: str
    partner: str
    contact: str | None
    tally: Tally


@dataclass(frozen=True)
class Figures:
    """All figures of a period.

    Attributes:
        lines: rule by rule and partner by partner, by service, rule, partner.
        by_service, by_partner, by_month: tallies of the same; months as 2026-03, also those in which nothing was
            decided, with decisions only. whole: of everything.
        cleared: reason in words -> flags cleared for it, the commonest first.
        cost_pence: partner -> minutes told times the cost of an hour; None = no cost was told.
        years: of the Transparency Code, those that end in the period.
    """

    first: dt.date
    last: dt.date
    partners: tuple[Partner, ...]
    lines: tuple[Line, ...]
    by_service: Mapping[str, Tally]
    by_partner: Mapping[str, Tally]
    by_month: Mapping[str, Tally]
    whole: Tally
    cleared: Mapping[str, int]
    cost_pence: Mapping[str, int] | None
    years: tuple[Year, ...]
    flagged: Flagged


@dataclass(frozen=True)
class _Decided:
    """The newest decision about a flag in the period."""

    rule_id: str
    partner: str
    month: str
    outcome: str
    reason: str | None
    minutes: int | None
    pence: Mapping[str, int | None]
    shared: bool


def figures_of(
    partners: Sequence[Partner], rules: Mapping[str, RuleText], events: Iterable[Event], flagged: Flagged,
    terms: Terms, first: dt.date, last: dt.date,
) -> Figures:  # fmt: skip
    """The figures from the first to the last day, both of them in it.

    A flag counts once, by the newest decision about it that was made up to the last day, if that was in the period; one
    that was taken back counts as not decided. Classes of money are never added to one another.

    Args:
        partners: of the site. rules: rule id -> its text, of today. events: all decisions, in their order.
        flagged: what the nights of the period flagged.
    """
    decided, flags = list(_decided(events, flagged, first, last)), list(flagged.flags.values())

    def service(rule_id: str) -> str:
        return rules[rule_id].service if rule_id in rules else NO_RULE

    by_line = _tallies(decided, flags, lambda one: (service(one.rule_id), one.rule_id, one.partner))
    by_service = _tallies(decided, flags, lambda one: service(one.rule_id))
    by_partner = _tallies(decided, flags, lambda one: one.partner)
    by_month = _tallies(decided, (), lambda one: one.month)
    lines = [
        Line(
            of,
            rule_id,
            rules[rule_id].title if rule_id in rules else "",
            partner,
            terms.contact_of(of, partner),
            tally,
        )
        for (of, rule_id, partner), tally in sorted(by_line.items(), key=lambda item: item[0])
    ]
    of_partner = {partner.id: by_partner.get(partner.id, Tally()) for partner in partners}
    hour = terms.officer_hour_pounds
    cost = (
        None
        if hour is None
        else {of: round(tally.minutes * hour * 100 / 60) for of, tally in of_partner.items()}
    )
    return Figures(
        first, last, tuple(partners), tuple(lines), dict(sorted(by_service.items())), of_partner,
        {month: by_month.get(month, Tally()) for month in _months(first, last)},
        _tallies(decided, flags, lambda one: None).get(None, Tally()), _reasons(decided), cost,
        tuple(year for year in terms.year if first <= year.ends <= last), flagged,
    )  # fmt: skip


def _reasons(decided: Iterable[_Decided]) -> dict[str, int]:
    """Why flags were cleared, in words -> how many, the commonest first."""
    told = Counter(
        CLEARED_REASONS[one.reason] if one.reason else "no reason told"
        for one in decided
        if one.outcome == CLEARED
    )
    return dict(sorted(told.items(), key=lambda item: (-item[1], item[0])))


def _decided(events: Iterable[Event], flagged: Flagged, first: dt.date, last: dt.date) -> Iterable[_Decided]:
    newest = {e.decision.flag_key: e.decision for e in events if e.decision.decided_on <= last}
    for key, told in newest.items():
        if told.outcome != REOPENED and first <= told.decided_on:
            known = flagged.flags.get(key)
            yield _Decided(
                told.rule_id, told.partner, f"{told.decided_on:%Y-%m}", told.outcome, told.reason, told.minutes,
                {kind: getattr(told, f"value_{kind}_pence") for kind in VALUE_CLASSES},
                known.shared if known else _of_two(told.left_ref, told.right_ref),
            )  # fmt: skip


def _of_two(left: str | None, right: str | None) -> bool:
    """Whether two references, partner:data_set:reference, are of two partners."""
    return left is not None and right is not None and left.partition(":")[0] != right.partition(":")[0]


def _tallies(
    decided: Iterable[_Decided], flags: Iterable[FlagOf], of: Callable[[Any], Key]
) -> dict[Key, Tally]:
    """Tallies of decisions and flags by what `of` says of each."""
    made: defaultdict[Key, Tally] = defaultdict(Tally)
    for flag in flags:
        tally = made[of(flag)]
        tally.flags, tally.shared = tally.flags + 1, tally.shared + flag.shared
    for one in decided:
        made[of(one)].add(one.outcome, one.minutes, one.pence, one.shared)
    return dict(made)


def _months(first: dt.date, last: dt.date) -> list[str]:
    """Every month of the period, as 2026-03."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    places = (first.year * 12 + first.month - 1 + place for place in range(count))
    return [f"{place // 12}-{place % 12 + 1:02d}" for place in places]
