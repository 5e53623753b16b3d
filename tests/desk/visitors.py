"""Visitors of a desk who send what no page of it would make them send, and what a request may leave behind.

`Person` fills in the forms of pages; a `Visitor` writes its requests by hand, and has a session without the cost of a
password. `Trace` is everything a request could have changed.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from desk_people import FROM_HERE, WORDS
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from fraudmatch.accounts import Right
from fraudmatch.caselog import Act
from fraudmatch.review.board import closing_of
from fraudmatch.review.desk import Desk
from fraudmatch.schemas import VALUE_CLASSES

#: A page that is answered to anybody.
ANYBODY = "anybody"

#: (endpoint, method) -> who is answered: anybody, or whose account gives one of these rights; () = every account.
#: Every route of the desk stands here: one that does not fails `test_desk_routes`.
ROUTES: dict[tuple[str, str], str | tuple[Right, ...]] = {
    ("static", "GET"): ANYBODY,
    ("signing_in.page", "GET"): ANYBODY,
    ("signing_in.begin", "POST"): ANYBODY,
    ("signing_in.end", "POST"): (),
    ("case_list.page", "GET"): (),
    ("case_list.export", "GET"): (Right.EXPORT,),
    ("decided.export", "GET"): (Right.EXPORT,),
    ("questions.export", "GET"): (Right.EXPORT,),
    ("case.page", "GET"): (Right.SEE_CASES,),
    ("deciding.decide", "POST"): (Right.WORK_CASES,),
    ("deciding.undo", "POST"): (Right.WORK_CASES,),
    ("deciding.approve", "POST"): (Right.APPROVE,),
    ("deciding.give_back", "POST"): (Right.APPROVE,),
    ("acts.note", "POST"): (Right.WORK_CASES,),
    ("acts.document", "POST"): (Right.WORK_CASES,),
    ("acts.state", "POST"): (Right.WORK_CASES,),
    ("acts.take", "POST"): (Right.WORK_CASES,),
    ("acts.give", "POST"): (Right.ASSIGN,),
    ("acts.set_day", "POST"): (Right.ASSIGN,),
    ("questions.ask", "POST"): (Right.WORK_CASES,),
    ("questions.page", "GET"): (Right.ANSWER,),
    ("questions.question", "GET"): (Right.ANSWER,),
    ("questions.answer", "POST"): (Right.ANSWER,),
    ("closing.page", "GET"): (Right.ASSIGN,),
    ("closing.sample", "POST"): (Right.ASSIGN,),
    ("closing.close", "POST"): (Right.ASSIGN,),
    ("closing.undo", "POST"): (Right.ASSIGN,),
    ("finding.page", "GET"): (Right.SEE_CASES,),
    ("finding.find", "POST"): (Right.SEE_CASES,),
    ("decided.page", "GET"): (Right.SEE_CASES,),
    ("decided.reopen", "POST"): (Right.WORK_CASES,),
    ("ledger.page", "GET"): (Right.SEE_LEDGER,),
    ("people.page", "GET"): (Right.KEEP_ACCOUNTS,),
    ("people.one", "GET"): (Right.KEEP_ACCOUNTS,),
    ("people.add", "POST"): (Right.KEEP_ACCOUNTS,),
    ("people.change", "POST"): (Right.KEEP_ACCOUNTS,),
    ("people.password_page", "GET"): (),
    ("people.password", "POST"): (),
}

#: Parts of an address that are neither a case key nor a number -> one that is answered.
GOOD = {"kind": "csv", "filename": "desk.css", "username": "ada"}

#: Endpoint of a form -> fields with which it is kept, beside those that every form has. Another form fails the tests.
FIELDS: dict[str, dict[str, Any]] = {
    "deciding.decide": {"outcome": "error", "note": "Written by the test"},
    "deciding.undo": {},
    "deciding.approve": {},
    "deciding.give_back": {"why": "Written by the test"},
    "acts.note": {"words": "Written by the test"},
    "acts.document": {"document": "Written by the test"},
    "acts.state": {"state": "investigating"},
    "acts.take": {},
    "acts.give": {"to": ""},
    "acts.set_day": {"on": "2026-05-01"},
    "questions.ask": {"question": "Written by the test"},
    "questions.answer": {"answer": "Written by the test"},
    "closing.sample": {},
    "closing.close": {"reason": "moved", "note": "Written by the test"},
    "closing.undo": {},
    "finding.find": {"reference": "0000", "reason": "Written by the test"},
    "decided.reopen": {"why": "Written by the test"},
    "people.add": {"name": "Written by the test", "password": "four very good words"},
    "people.change": {"name": "Written by the test"},
    "people.password": {"old": WORDS, "new": "four very good words", "again": "four very good words"},
}


#: Endpoint of a form that is about no case -> the rows and entries it leaves.
LEAVES = {
    "finding.find": {"case.searched": 1},
    "decided.reopen": {"outcome_events": 1, "decision.recorded": 1},
    "people.add": {"accounts": 1, "account.changed": 1},
    "people.change": {"account.changed": 1},
    "people.password": {"account.changed": 1},
}


@dataclass(frozen=True)
class Trace:
    """Rows of the store, by table, and entries of its ledger, by action."""

    rows: dict[str, int]
    entries: dict[str, int]

    def since(self, before: Trace) -> dict[str, int]:
        """What came: tables and actions -> how many more, none that stayed."""
        both = ((self.rows, before.rows), (self.entries, before.entries))
        more = {name: now[name] - then.get(name, 0) for now, then in both for name in now}
        return {name: number for name, number in more.items() if number}


def path_of(rule: Rule, value: str | None = None) -> str:
    """The path of a route, its part that varies as given, or one that is answered."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: GOOD[part[1]] if value is None else value, rule.rule)


def sender(endpoint: str) -> str:
    """Who of Cheltenham is answered by a page, and may send its form."""
    return "pat" if endpoint.startswith("people.") else "sue"


def query_of(desk: Desk, endpoint: str) -> str:
    """What a form about a whole list has in its address, so that it is about few cases."""
    if not endpoint.startswith("closing."):
        return ""
    lists = [desk.board.worklist(desk.site.partner(partner)) for partner in ("cheltenham", "cotswold")]
    rules = sorted(
        set(lists[0].rules) & set(lists[1].rules), key=lambda one: (len(lists[0]._of_rule[one]), one)
    )
    return f"?rule={rules[('closing.close', 'closing.sample', 'closing.undo').index(endpoint)]}"


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Every route of an app with each method by which it is asked for; HEAD goes with GET."""
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.endpoint)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def trace(desk: Desk) -> Trace:
    """What the store of a desk holds now."""
    place = desk.site.outcomes_store
    with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as connection:
        tables = ("case_events", "outcome_events", "accounts")
        rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
        entries = dict(connection.execute("SELECT action, count(*) FROM ledger GROUP BY action").fetchall())
    connection.close()
    return Trace(rows, entries)


class Visitor:
    """A browser with a session of an account, or without; `token` is its cookie."""

    def __init__(self, app: Flask, desk: Desk, username: str | None) -> None:
        self.desk, self.username, self.token = desk, username, ""
        self.browser = app.test_client()
        if username is not None:
            self.token = desk.sessions.begin(username, desk.accounts.known(username).mark)
            self.browser.set_cookie(desk.settings.cookie, self.token)

    @property
    def csrf(self) -> str:
        found = self.desk.sessions.find(self.token)
        return found.csrf if found else ""

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.browser.get(path, headers=headers, buffered=True)

    def send(
        self, path: str, form: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        """A form as it is given, and the token of the session unless the form says another."""
        fields = {"csrf": self.csrf, **(form or {})}
        return self.browser.post(path, data=fields, headers=FROM_HERE if headers is None else headers)

    def _shown(self, query: str) -> str:
        """The digest of what the page to close a list showed."""
        return "".join(re.findall(r'name="of" value="(\w+)"', self.get(f"/close{query}").text))

    def form(self, endpoint: str, case_key: str = "", **more: Any) -> dict[str, Any]:
        """Fields with which a form would be kept."""
        flags = self.desk.night.flags_of.get(case_key, [])
        account = self.desk.accounts.find(self.username) if self.username else None
        about = list(self.desk.askable(account, case_key)) if account and flags else []
        version = str(self.desk.board.state(case_key).version)
        if endpoint == "closing.close":
            more = {"of": self._shown(query_of(self.desk, endpoint)), **more}
        if endpoint == "closing.undo":  # one of the partner's, made where there is none
            if account is not None and account.may(Right.ASSIGN):
                query = query_of(self.desk, endpoint)
                self.send(f"/close{query}", self.form("closing.close", of=self._shown(query)))
            made = self.desk.board.closings(str(account.partner)) if account else []
            more = {"closing": next((str(closing_of(of[0])) for of in made), "0" * 32), **more}
        if endpoint == "decided.reopen":  # of the partner's, where there is one
            partner = account.partner if account else None
            key, number = decided_before(self.desk, partner, str(self.username)) if partner else ("0" * 32, 1)
            more = {"flag": key, "seen": str(number), **more}
        if endpoint in ("people.add", "people.change"):  # of the hub, or of the partner's
            partner = account.partner if account else None
            more = {"role": "dataset_owner" if partner else "auditor", **more}
            more = {"username": f"x{secrets.token_hex(8)}", **more} if endpoint == "people.add" else more
        common = {"act": secrets.token_hex(16), "version": version, "flag": flags, "about": about[:1]}
        return {**common, **FIELDS[endpoint], **more}


def keys_of(desk: Desk, partner_id: str) -> list[str]:
    """Cases of a partner."""
    return desk.board.worklist(desk.site.partner(partner_id)).keys


def shared_keys_of(desk: Desk, partner_id: str, with_: str | None = None) -> list[str]:
    """Cases of a partner with a flag whose other record is of another partner, any or this one, so that it can be asked."""
    others = {
        key: {desk.night.other_partner(flag, partner_id) for flag in desk.night.flags_of[key]} - {None}
        for key in keys_of(desk, partner_id)
    }
    return [key for key, of in others.items() if of and (with_ is None or with_ in of)]


def decided_before(desk: Desk, partner_id: str, by: str = "somebody") -> tuple[str, int]:
    """A flag of a partner that was decided in an earlier night, so that tonight's data have it and no case; and the decision's number."""
    key = next(
        flag
        for case in reversed(keys_of(desk, partner_id))
        for flag in desk.night.decidable(case, partner_id)
        if desk.board.newest(flag) is None
    )
    (seed,) = desk.night.undecided([key], desk.secret)
    desk.tell(
        replace(seed, outcome="cleared", reason="moved", decided_by=by),
        key=secrets.token_hex(16),
        supersedes=None,
    )
    del desk.night.case_of[key]
    return key, desk.board.newest(key).sequence  # type: ignore[union-attr]


def proposed(desk: Desk, case_key: str, partner_id: str, by: str) -> None:
    """A colleague's proposal about a case, which waits to be approved."""
    detail = {
        "flags": desk.night.decidable(case_key, partner_id), "outcome": "error", "reason": None, "on": "2026-04-01",
        "minutes": None, "pence": dict.fromkeys(VALUE_CLASSES),
    }  # fmt: skip
    _act(desk, Act(case_key, tuple(desk.night.flags_of[case_key]), partner_id, by, "proposed", detail))


def asked(desk: Desk, to: str) -> str:
    """A new question to a partner, by another one; its number."""
    from_ = "cotswold" if to == "cheltenham" else "cheltenham"
    key, flag = next(
        (key, flag)
        for key in keys_of(desk, from_)
        for flag in desk.night.flags_of[key]
        if desk.night.other_partner(flag, from_) == to
    )
    detail = {"flag": flag, "to": to, "by": "2026-04-11"}
    flags = tuple(desk.night.flags_of[key])
    return str(_act(desk, Act(key, flags, from_, "somebody", "asked", detail, "Since when?")))


def _act(desk: Desk, act: Act) -> int:
    event = desk.log.add(act, key=secrets.token_hex(16), version=None, recorded_at=desk.now())
    desk.board.catch_up()
    return event.sequence
