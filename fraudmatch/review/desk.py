"""The desk: a site, the night in force, how its cases stand, and who is signed in. Pages ask it; it knows no HTTP."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import flask

from fraudmatch.accounts import Account, Accounts, Right
from fraudmatch.audit import pointer_of
from fraudmatch.caselog import Act, CaseEvent, CaseLog, CaseState
from fraudmatch.caselog.log import Addition, Telling
from fraudmatch.casepack import CasePack, PackedFlag
from fraudmatch.ledger.entering import enter
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.review import logs
from fraudmatch.review.board import Board, Question
from fraudmatch.review.night import OpenNight
from fraudmatch.review.sessions import Clock, Searches, Sessions, Throttle
from fraudmatch.review.settings import Settings
from fraudmatch.review.terms import DeskTerms, digest_of
from fraudmatch.review.turning import Turnstile
from fraudmatch.review.worklist import Standing, Worklist
from fraudmatch.site import Partner, Site


@dataclass(frozen=True)
class CaseView:
    """A case as its page needs it.

    Attributes:
        pack: as the partner may see it. state, standing, history: what was done about it.
        decidable: flag key -> the decision in force about it, of the flags the partner decides.
    """

    pack: CasePack
    state: CaseState
    standing: Standing
    history: Sequence[CaseEvent]
    decidable: Mapping[str, Any]


class Desk:
    """A desk over one site.

    Args:
        terms: what the partnership agreed; the defaults when null.
        clock: seconds that only go forward. now: the moment, with its zone; both for tests to set.

    Raises:
        RunError: there is no night. StoreError: the store cannot be read.
    """

    def __init__(
        self, site: Site, settings: Settings, *, clock: Clock = time.monotonic,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC), terms: DeskTerms | None = None,
    ) -> None:  # fmt: skip
        self.site, self.settings, self.now = site, settings, now
        self.terms = terms or DeskTerms()
        self.accounts = Accounts(site)
        self.sessions = Sessions(
            clock,
            idle=settings.idle_minutes * 60,
            most=settings.most_hours * 3600,
            each=settings.most_sessions,
        )
        self.throttle, self.searches = Throttle(clock), Searches(clock)
        self.log = CaseLog(open_store(site.outcomes_store))
        self.board = Board(self.log)
        self.turnstile, self._reads = Turnstile(), threading.Lock()
        self._refused_night: str | None = None
        self._secret: bytes | None = None
        self.night = self._opened()
        enter(site, "desk.opened", of=self.night.run_id, after=digest_of(self.terms))

    def refresh(self) -> None:
        """See what came since: decisions and acts of others, and whether there is a newer night.

        A newer night is read beside the work, and takes the place of this one between two requests.

        Raises:
            StoreError: the store cannot be read.
        """
        newest = pointer_of(self.site.runs_folder)
        if newest not in (None, self.night.run_id, self._refused_night) and self._reads.acquire(
            blocking=False
        ):
            threading.Thread(target=self._turn, args=(newest,), name="turn", daemon=True).start()
        self.board.catch_up()

    def partner_of(self, account: Account) -> Partner:
        """The partner whose cases a person works on."""
        assert account.partner is not None
        return self.site.partner(account.partner)

    def worklist(self, account: Account) -> Worklist:
        """The list of the person's partner."""
        return self.board.worklist(self.partner_of(account))

    def view(self, account: Account, case_key: str) -> CaseView | None:
        """A case, entered in the ledger as seen; None where it is not of the person's partner, or nowhere.

        Raises:
            StoreError: it was not entered, so nothing may be shown.
        """
        if case_key not in self.worklist(account).place:
            return None
        partner = self.partner_of(account)
        if self.night.changed_rules(case_key) or (pack := self.night.pack(case_key, partner)) is None:
            return None
        enter(
            self.site,
            "record.viewed",
            by=account.username,
            of=case_key,
            partner=partner.id,
            detail={"desk": 1},
        )
        flags = self.night.decidable(case_key, partner.id)
        return CaseView(
            pack, self.board.state(case_key), self.board.standing(case_key, partner.id),
            self.board.history(case_key), {key: self.board.newest(key) for key in flags},
        )  # fmt: skip

    def do(
        self, account: Account, case_key: str, kind: str, detail: Mapping[str, Any], note: str | None, *,
        key: str, version: int, tells: Sequence[Telling] = (),
    ) -> CaseEvent:  # fmt: skip
        """Keep what a person did about a case of its partner; arguments and errors as in `CaseLog.add`.

        Raises:
            LookupError: the case is not of the person's partner.
        """
        if case_key not in self.worklist(account).place:
            raise LookupError(case_key)
        act = self._act(account, case_key, kind, detail, note)
        event = self.log.add(act, key=f"desk:{key}", version=version, recorded_at=self.now(), tells=tells)
        self.board.catch_up()
        return event

    def do_all(
        self, account: Account, kind: str, detail: Mapping[str, Any], note: str | None, *, key: str,
        tells: Mapping[str, Sequence[Telling]],
    ) -> list[CaseEvent]:  # fmt: skip
        """Do the same about several cases, as they stand now: about all of them or none; errors as in `CaseLog.add`.

        Args:
            key: at most 50 characters. tells: case key -> the decisions that belong to its act.
        """
        additions = [
            Addition(
                self._act(account, case_key, kind, detail, note), f"desk:{key}:{case_key}",
                self.board.state(case_key).version, tuple(of_case),
            )
            for case_key, of_case in tells.items()
        ]  # fmt: skip
        events = self.log.add_all(additions, recorded_at=self.now())
        self.board.catch_up()
        return events

    def _act(
        self, account: Account, case_key: str, kind: str, detail: Mapping[str, Any], note: str | None
    ) -> Act:
        flags, partner = tuple(self.night.flags_of[case_key]), str(account.partner)
        return Act(case_key, flags, partner, account.username, kind, detail, note)

    def colleagues(self, account: Account) -> list[Account]:
        """Who works cases of the same partner: to whom one can be given."""
        return [
            one
            for one in self.accounts.all()
            if one.active and one.partner == account.partner and one.may(Right.WORK_CASES)
        ]

    def waits(self, account: Account, case_key: str, told: Mapping[str, Any]) -> bool:
        """Whether a decision, as the detail of a proposal has it, needs a second person."""
        if told["outcome"] == "unresolved":
            return False
        if self.board.state(case_key).interested:
            return True
        most = max(
            [self.worklist(account).stake(case_key), *(pence or 0 for pence in told["pence"].values())]
        )
        return self.terms.approval_above is not None and most > self.terms.approval_above * 100

    def askable(self, account: Account, case_key: str) -> dict[str, str]:
        """Flag key -> the partner whose record the other one is, of the flags of a case that have such a record."""
        return {
            key: partner
            for key in self.night.flags_of[case_key]
            if (partner := self.night.other_partner(key, str(account.partner))) is not None
        }

    def questions(self, account: Account) -> list[Question]:
        """What the person's partner was asked."""
        return self.board.questions(str(account.partner))

    def flag_asked(self, account: Account, question: Question) -> PackedFlag | None:
        """The flag of a question as the person's partner may see it, entered as seen; None where it is not there tonight.

        Raises:
            StoreError: it was not entered, so nothing may be shown.
        """
        partner, flag_key = self.partner_of(account), question.asked.act.detail["flag"]
        case_key = self.night.case_of.get(flag_key)
        if case_key is None or self.night.changed_rules(case_key):
            return None
        pack = self.night.pack(case_key, partner)
        found = next((flag for flag in pack.flags if flag.key == flag_key), None) if pack else None
        if found is not None:
            detail = {"desk": 1, "question": question.asked.sequence}
            enter(
                self.site,
                "record.viewed",
                by=account.username,
                of=flag_key,
                partner=partner.id,
                detail=detail,
            )
        return found

    def answer(self, account: Account, question: Question, text: str, *, key: str) -> CaseEvent:
        """Keep an answer; arguments and errors as in `CaseLog.add`."""
        asked = question.asked
        act = replace(
            asked.act, actor=account.username, kind="answered", detail={"act": asked.sequence}, note=text
        )
        event = self.log.add(act, key=f"desk:{key}", version=None, recorded_at=self.now())
        self.board.catch_up()
        return event

    def tell(self, decision: Decision, *, key: str, supersedes: int | None) -> None:
        """Keep a decision that belongs to no case; arguments and errors as in `Store.record`."""
        self.log.store.record(decision, key=key, recorded_at=self.now(), supersedes=supersedes)
        self.board.catch_up()

    def secret(self) -> bytes:
        """The secret of the store that digests of a basis are keyed with."""
        self._secret = self._secret or self.log.store.secret()
        return self._secret

    def today(self) -> dt.date:
        """The day it is."""
        return self.now().date()

    def refused(self, account: Account, what: str) -> None:
        """Enter that somebody asked for what the person may not do."""
        enter(self.site, "act.refused", by=account.username, of=what, partner=account.partner)

    def _turn(self, run_id: str) -> None:
        """Read a night and turn to it. What is wrong with it is the business of `fraudmatch verify`: the one before
        is shown until there is a sound one.
        """
        try:
            night = OpenNight(self.site, run_id, self.board.decided)
            with self.turnstile.alone():
                self.board.lay_out(night)
                self.night = night
        except Exception as error:  # whatever it is, it must not be tried again at every request
            self._refused_night = run_id
            logging.getLogger(__name__).error("night %s cannot be shown: %s", run_id, logs.told(error))
        finally:
            self._reads.release()

    def _opened(self) -> OpenNight:
        night = OpenNight(self.site, None, self.board.decided)
        self.board.lay_out(night)
        return night


def desk_of() -> Desk:
    """The desk of the app that answers."""
    found: Desk = flask.current_app.config["DESK"]
    return found
