"""How the cases of the night in force stand: acts and decisions of the store, laid onto them and kept up to date.

Other programs write to the store too (another desk, a command, a workbook taken in), so every request first reads what
came since the last. Acts find their case by its key, or after a night that named it otherwise, by the flags it had.
"""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from dataclasses import dataclass, replace

from fraudmatch.caselog import Act, CaseEvent, CaseLog, CaseState, after
from fraudmatch.outcomes import Event
from fraudmatch.review.night import OpenNight
from fraudmatch.review.worklist import Standing, Worklist
from fraudmatch.schemas import CLEARED, REAL
from fraudmatch.site import Partner

#: Outcomes after which nobody has to look at a flag again.
SETTLED = frozenset((*REAL, CLEARED))


#: Acts after which a case is decided, or is open again.
DECIDING = ("decided", "approved", "undone")


def closing_of(event: CaseEvent) -> str | None:
    """What names the closing of many cases that an act belongs to; null = the case was decided by itself.

    Acts about many are told under keys that end with the case's.
    """
    told = event.idempotency_key.removesuffix(f":{event.act.case_key}")
    return told if event.act.kind == "decided" and told != event.idempotency_key else None


@dataclass(frozen=True)
class Question:
    """A question between partners; `answer` is null while it is open."""

    asked: CaseEvent
    answer: CaseEvent | None


class Board:
    """How cases stand.

    Attributes:
        decided: all decisions so far, in their order. One list, which only grows; where a purge erased words of one, it is
            replaced by what is left of it.
    """

    def __init__(self, log: CaseLog) -> None:
        self._log, self._lock = log, threading.RLock()
        self._entry: int | None = None
        self.decided: list[Event] = []
        self._acts: list[CaseEvent] = []
        self._asked: list[CaseEvent] = []
        self._answers: dict[int, CaseEvent] = {}
        self._night: OpenNight | None = None
        self._newest: dict[str, Event] = {}
        self._states: dict[str, CaseState] = {}
        self._history: defaultdict[str, list[CaseEvent]] = defaultdict(list)
        self.catch_up()

    def lay_out(self, night: OpenNight) -> None:
        """Begin to stand for another night."""
        with self._lock:
            self._night, self._states = night, {}
            self._history = defaultdict(list)
            for event in self._acts:
                self._add(night, event)

    def catch_up(self) -> None:
        """Read what came to the store since, and put it into its places.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._lock:
            self._entry, erased = self._log.erased_since(self._entry)
            if erased:
                self._forget()
            newer = self._log.store.events_beyond(len(self.decided))
            acts = self._log.events(beyond=len(self._acts))
            self.decided += newer
            self._newest |= {event.decision.flag_key: event for event in newer}
            self._acts += acts
            self._asked += [event for event in acts if event.act.kind == "asked"]
            self._answers |= {
                event.act.detail["act"]: event for event in acts if event.act.kind == "answered"
            }
            night = self._night
            if night is None:
                return
            touched = {night.case_of.get(event.decision.flag_key) for event in newer}
            touched |= {self._add(night, event) for event in acts}
            for case_key in touched - {None}:
                self._put(night, str(case_key))

    def _forget(self) -> None:
        """Read everything anew, without the words that were erased since."""
        known = len(self.decided), len(self._acts)
        self.decided[:] = self._log.store.events_beyond(0)[: known[0]]
        self._newest = {event.decision.flag_key: event for event in self.decided}
        self._acts = self._log.events()[: known[1]]
        self._asked = [event for event in self._acts if event.act.kind == "asked"]
        self._answers = {
            event.act.detail["act"]: event for event in self._acts if event.act.kind == "answered"
        }
        if self._night is not None:
            self.lay_out(self._night)
            for case_key in self._states:
                self._put(self._night, case_key)

    def worklist(self, partner: Partner) -> Worklist:
        """The list of a partner, with how its cases stand."""
        with self._lock:
            assert self._night is not None
            fresh = partner.id not in self._night.made_worklists()
            found = self._night.worklist(partner)
            if fresh:
                decided = {self._night.case_of.get(key) for key in self._newest}
                for case_key in (decided | set(self._states)) & set(found.place):
                    found.put(str(case_key), self.standing(str(case_key), partner.id))
            return found

    def told(self, beginning: str) -> int:
        """How many acts were told under keys that begin so."""
        with self._lock:
            return sum(event.idempotency_key.startswith(beginning) for event in self._acts)

    def closings(self, partner_id: str) -> list[list[CaseEvent]]:
        """Closings of many cases of a partner that stand as they were told, for every case that is there tonight; newest first.

        Of one of which a case was decided anew, taken back or is gone since, the others.
        """
        with self._lock:
            found: defaultdict[str, list[CaseEvent]] = defaultdict(list)
            for case_key, events in self._history.items():
                last = next((one for one in reversed(events) if one.act.kind in DECIDING), None)
                told = closing_of(last) if last is not None and last.act.partner == partner_id else None
                if last is not None and told is not None and last.act.case_key == case_key:
                    found[told].append(last)
        return sorted(found.values(), key=lambda events: -max(one.sequence for one in events))

    def questions(self, partner_id: str) -> list[Question]:
        """What a partner was asked: open ones first, those that are to be answered soonest at the top."""
        with self._lock:
            found = [
                Question(event, self._answers.get(event.sequence))
                for event in self._asked
                if event.act.detail["to"] == partner_id
            ]
        return sorted(
            found, key=lambda one: (one.answer is not None, one.asked.act.detail["by"], one.asked.sequence)
        )

    def state(self, case_key: str) -> CaseState:
        """What the acts on a case come to."""
        with self._lock:
            return self._states.get(case_key, CaseState())

    def history(self, case_key: str) -> list[CaseEvent]:
        """The acts on a case, in their order."""
        with self._lock:
            return list(self._history.get(case_key, ()))

    def newest(self, flag_key: str) -> Event | None:
        """The decision in force about a flag; None where there is none."""
        with self._lock:
            return self._newest.get(flag_key)

    def decisions(self, partner_id: str, *, below: int | None, most: int | None) -> list[Event]:
        """The decisions in force of a partner, newest first.

        Args:
            below: only those with a lower number; null = all. most: how many at most; null = all.
        """
        with self._lock:
            night = self._night
            newer_first = (
                event
                for event in reversed(self.decided[: below - 1 if below else None])
                if event.decision.partner == partner_id and self._newest[event.decision.flag_key] is event
                if night is not None and night.tells_of(event.decision)
            )
            return list(itertools.islice(newer_first, most))

    def standing(self, case_key: str, partner_id: str) -> Standing:
        """How a case stands for the partner that bears its loss: decided once all flags it decides are."""
        with self._lock:
            assert self._night is not None
            state = self._states.get(case_key, CaseState())
            flags = self._night.decidable(case_key, partner_id)
            said = [self._newest[key].decision.outcome for key in flags if key in self._newest]
            if flags and len(said) == len(flags) and set(said) <= SETTLED:
                return Standing("decided", state.assignee, state.due)
            shown = "in_review" if state.state == "decided" else state.state
            return Standing(shown, state.assignee, state.due)

    def _add(self, night: OpenNight, event: CaseEvent) -> str | None:
        """Lay an act onto tonight's case; its key, None where none of its flags is there any more."""
        told = event.act
        case_key = _tonight(night, told)
        if case_key is None:
            return None
        before = self._states.get(case_key, CaseState())
        now = after(before, event)
        if (
            case_key != told.case_key
        ):  # acts on the case under its name of another night do not count up this one's
            now = replace(now, version=before.version)
        self._states[case_key] = now
        self._history[case_key].append(event)
        return case_key

    def _put(self, night: OpenNight, case_key: str) -> None:
        for partner_id, worklist in night.made_worklists().items():
            if case_key in worklist.place:
                worklist.put(case_key, self.standing(case_key, partner_id))


def _tonight(night: OpenNight, told: Act) -> str | None:
    """Key of tonight's case that an act is about: the same key, or a case of the same partner with one of its flags.

    A flag can come into a case of another partner, and a case with it where it becomes one of a restricted record. What was
    written about it before is not for that one to read.
    """
    found = (told.case_key if told.case_key in night.flags_of else None, *map(night.case_of.get, told.flags))
    return next((key for key in found if key is not None and night.owner_of[key] == told.partner), None)
