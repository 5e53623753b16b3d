"""The desk: a site, the night in force, how its cases stand, and who is signed in. Pages ask it; it knows no HTTP."""

from __future__ import annotations

import copy
import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import flask

from fraudmatch.accounts import Account, Accounts, Right
from fraudmatch.audit import pointer_of
from fraudmatch.caselog import Act, CaseEvent, CaseLog, CaseState
from fraudmatch.caselog.log import Addition, Telling
from fraudmatch.casepack import CasePack, PackedFlag
from fraudmatch.ledger.entering import enter
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.restricted import standing_of
from fraudmatch.review import logs
from fraudmatch.review.board import Board, Question
from fraudmatch.review.night import OpenNight
from fraudmatch.review.sessions import Clock, Searches, Sessions, Throttle
from fraudmatch.review.settings import Settings
from fraudmatch.review.terms import DeskTerms, digest_of
from fraudmatch.review.turning import Turnstile
from fraudmatch.review.worklist import Standing, Worklist
from fraudmatch.site import Partner, Site

if TYPE_CHECKING:
    from fraudmatch.review.openid import Providers

#: What is shown: the id of a night, and how the lists of restricted records stood.
_Standing: TypeAlias = tuple[str, tuple[tuple[str, int, int], ...]]


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
    """A desk over one site, as everybody sees it but the nominated officers; `of` gives theirs.

    Args:
        terms: what the partnership agreed; the defaults when null. providers: whose accounts sign people in beside passwords.
        clock: seconds that only go forward. now: the moment, with its zone; both for tests to set.

    Raises:
        RunError: there is no night. StoreError: the store cannot be read.
    """

    def __init__(
        self, site: Site, settings: Settings, *, clock: Clock = time.monotonic,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC), terms: DeskTerms | None = None,
        providers: Providers | None = None,
    ) -> None:  # fmt: skip
        self.site, self.settings, self.now, self.providers = site, settings, now, providers
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
        self.turnstile, self._reads, self._opening = Turnstile(), threading.Lock(), threading.Lock()
        self._shown: _Standing
        self._refused: _Standing | None = None
        self._secret: bytes | None = None
        self._nominated: str | None = None
        self._officers: dict[str, Desk] = {}
        self.night = self._opened()
        enter(site, "desk.opened", of=self.night.run_id, after=digest_of(self.terms))

    def of(self, account: Account | None) -> Desk:
        """The desk as a person sees it: with the cases of restricted people alone for a nominated officer, without them for
        everybody else.

        Raises:
            RunError, StoreError, SiteError: as when a desk is opened.
        """
        partner = account.nominated if account is not None else None
        if partner is None:
            return self
        with self._opening:
            if partner not in self._officers:
                self._officers[partner] = self._for(partner)
            return self._officers[partner]

    def _for(self, partner: str) -> Desk:
        """A desk with another sight of the night; sessions, accounts and store are the same."""
        other = copy.copy(self)
        other._nominated, other._refused, other._reads = partner, None, threading.Lock()
        other.board = Board(self.log)
        other.night = other._opened()
        return other

    def refresh(self) -> None:
        """See what came since: decisions and acts of others, whether there is a newer night, and who is restricted now.

        A night is read beside the work, and takes the place of this one between two requests.

        Raises:
            StoreError: the store cannot be read.
        """
        newest = (pointer_of(self.site.runs_folder) or self.night.run_id, standing_of(self.site))
        if newest not in (self._shown, self._refused) and self._reads.acquire(blocking=False):
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
        return self.do_each(
            account, kind, note, key=key, told={case: (detail, of_case) for case, of_case in tells.items()}
        )

    def do_each(
        self, account: Account, kind: str, note: str | None, *, key: str,
        told: Mapping[str, tuple[Mapping[str, Any], Sequence[Telling]]],
    ) -> list[CaseEvent]:  # fmt: skip
        """`do_all` with a detail for each case.

        Args:
            told: case key -> detail, and the decisions that belong to its act.
        """
        additions = [
            Addition(
                self._act(account, case_key, kind, detail, note), f"desk:{key}:{case_key}",
                self.board.state(case_key).version, tuple(of_case),
            )
            for case_key, (detail, of_case) in told.items()
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
            if one.active
            and (one.partner, one.nominated) == (account.partner, account.nominated)
            and one.may(Right.WORK_CASES)
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
        """Flag key -> the partner whose record the other one is, of the flags of a case that have such a record.

        About restricted people nobody else is asked.
        """
        if self._nominated is not None:
            return {}
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

    def _turn(self, newest: _Standing) -> None:
        """Read a night and turn to it. What is wrong with it is the business of `fraudmatch verify`: the one before
        is shown until there is a sound one.
        """
        try:
            night = OpenNight(self.site, newest[0], self.board.decided, self._nominated)
            with self.turnstile.alone():
                self.board.lay_out(night)
                self.night, self._shown = night, newest
        except Exception as error:  # whatever it is, it must not be tried again at every request
            self._refused = newest
            logging.getLogger(__name__).error("night %s cannot be shown: %s", newest[0], logs.told(error))
        finally:
            self._reads.release()

    def _opened(self) -> OpenNight:
        lists = standing_of(self.site)  # before they are read: what changes meanwhile is read again
        night = OpenNight(self.site, None, self.board.decided, self._nominated)
        self.board.lay_out(night)
        self._shown = (night.run_id, lists)
        return night


def desk_of() -> Desk:
    """The desk of the app that answers, as whoever asks sees it."""
    found: Desk = flask.current_app.config["DESK"]
    return found.of(flask.g.get("account"))
