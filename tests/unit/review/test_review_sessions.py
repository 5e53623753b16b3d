"""Sessions and the throttle against models that say the rule in one line."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fraudmatch.review.sessions import Sessions, Throttle

IDLE, MOST, EACH = 15, 100, 3
names = st.sampled_from(["ada", "ben"])
seconds = st.sampled_from([0, 1, 7, 14, 15, 16, 60])


class SessionsModel(RuleBasedStateMachine):
    """Against a list of (token, name, mark, begun, seen), from which rows are taken when their time is over."""

    @initialize()
    def begin(self) -> None:
        self.now = 0.0
        self.sessions = Sessions(lambda: self.now, idle=IDLE, most=MOST, each=EACH)
        self.rows: list[dict[str, object]] = []
        self.all: list[str] = ["never given"]

    def lives(self, row: dict[str, object]) -> bool:
        return self.now - float(str(row["seen"])) < IDLE and self.now - float(str(row["begun"])) < MOST

    @rule(name=names, mark=st.sampled_from(["old", "new"]))
    def sign_in(self, name: str, mark: str) -> None:
        self.rows = [row for row in self.rows if self.lives(row)]
        own = sorted(
            (row for row in self.rows if row["name"] == name), key=lambda row: float(str(row["seen"]))
        )
        gone = own[: max(0, len(own) - EACH + 1)]
        self.rows = [row for row in self.rows if row not in gone]
        token = self.sessions.begin(name, mark)
        assert token not in self.all
        self.all.append(token)
        self.rows.append({"token": token, "name": name, "mark": mark, "begun": self.now, "seen": self.now})

    @rule(which=st.integers(0, 50))
    def come(self, which: int) -> None:
        token = self.all[which % len(self.all)]
        rows = [row for row in self.rows if row["token"] == token and self.lives(row)]
        found = self.sessions.find(token)
        assert (found is not None) == bool(rows)
        for row in rows:
            assert found is not None and (found.username, found.mark) == (row["name"], row["mark"])
            row["seen"] = self.now

    @rule(which=st.integers(0, 50))
    def sign_out(self, which: int) -> None:
        token = self.all[which % len(self.all)]
        self.sessions.end(token)
        self.rows = [row for row in self.rows if row["token"] != token]

    @rule(name=names, but=st.sampled_from([None, "old", "new"]))
    def end_all(self, name: str, but: str | None) -> None:
        self.sessions.end_all(name, but=but)
        self.rows = [row for row in self.rows if row["name"] != name or row["mark"] == but]

    @rule(passed=seconds)
    def wait(self, passed: int) -> None:
        self.now += passed

    @invariant()
    def no_more_than_agreed(self) -> None:
        assert len(self.sessions._open) <= 2 * EACH


class ThrottleModel(RuleBasedStateMachine):
    """Against a count of failures and the moment from which the next try counts."""

    @initialize()
    def begin(self) -> None:
        self.now = 0.0
        self.throttle = Throttle(lambda: self.now)
        self.failed: dict[str, int] = {}
        self.until: dict[str, float] = {}

    @rule(name=names, right=st.booleans(), times=st.sampled_from([1, 1, 9, 11]))
    def come(self, name: str, right: bool, times: int) -> None:
        for _ in range(times):
            left = self.until.get(name, 0.0) - self.now
            assert self.throttle.ask(name) == max(0, math.ceil(left))
            if left > 0:
                continue
            if right:
                self.throttle.right(name)
                self.failed.pop(name, None)
                self.until.pop(name, None)
                continue
            self.failed[name] = self.failed.get(name, 0) + 1
            beyond = self.failed[name] - 10
            self.until[name] = self.now + (min(2**beyond, 900) if beyond >= 0 else 0)

    @rule(passed=st.sampled_from([0.25, 1.0, 4.0, 100.0, 900.0]))
    def wait(self, passed: float) -> None:
        self.now += passed


TestSessions = SessionsModel.TestCase
TestSessions.settings = settings(max_examples=60, stateful_step_count=40)
TestThrottle = ThrottleModel.TestCase
TestThrottle.settings = settings(max_examples=60, stateful_step_count=40)


def test_of_many_tries_at_once_no_more_count_than_of_as_many_in_turn() -> None:
    throttle = Throttle(lambda: 3.0)
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: throttle.ask("ada"), range(200)))
    assert waits.count(0) == Throttle.FREE


def test_tokens_are_not_in_the_memory_of_the_table() -> None:
    sessions = Sessions(lambda: 0.0, idle=IDLE, most=MOST, each=EACH)
    token = sessions.begin("ada", "mark")
    assert token not in repr(sessions._open) and sessions.find(token + "x") is None
