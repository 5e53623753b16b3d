"""Who is signed in, kept in the memory of the desk: after a restart everybody signs in again.

Nothing of a session is written to a disk, so no backup can bring one back. The cookie holds 256 random bits; the
table knows it by its SHA-256 alone.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

#: Seconds on a clock that only goes forward.
Clock = Callable[[], float]


@dataclass
class Session:
    """One browser of one person.

    Attributes:
        username: of the account. mark: what the account was when it began (`accounts.Known`); once that is another, it ends.
        begun, seen: seconds on the clock. csrf: what forms of this session must bring back. told: what the next page
            is to say once.
        found: keys of the cases that the last search found.
    """

    username: str
    mark: str
    begun: float
    seen: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    told: list[dict[str, str]] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


class Sessions:
    """The sessions of a desk.

    Args:
        idle: seconds without a request after which one ends. most: seconds after which it ends in any case.
        each: how many one name may have; with one more, that which was not used for longest ends.
    """

    def __init__(self, clock: Clock, *, idle: float, most: float, each: int) -> None:
        self._clock, self._idle, self._most, self._each = clock, idle, most, each
        self._lock = threading.Lock()
        self._open: dict[str, Session] = {}

    def begin(self, username: str, mark: str) -> str:
        """Begin a session; what the cookie is to hold. A new one every time, so that none can be fixed beforehand."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._open = {name: one for name, one in self._open.items() if self._lives(one, now)}
            own = [name for name, one in self._open.items() if one.username == username]
            own.sort(key=lambda name: self._open[name].seen)
            for name in own[: max(0, len(own) + 1 - self._each)]:
                del self._open[name]
            self._open[_name(token)] = Session(username, mark, now, now)
        return token

    def find(self, token: str | None) -> Session | None:
        """The session of a cookie, seen now; None where there is none, or not any more."""
        if not token:
            return None
        now = self._clock()
        with self._lock:
            found = self._open.get(_name(token))
            if found is None:
                return None
            if not self._lives(found, now):
                del self._open[_name(token)]
                return None
            found.seen = now
            return found

    def end(self, token: str | None) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(_name(token or ""), None)

    def end_all(self, username: str, *, but: str | None = None) -> None:
        """End every session of a name, those that began with the mark `but` apart."""
        with self._lock:
            self._open = {
                name: one
                for name, one in self._open.items()
                if one.username != username or (but is not None and one.mark == but)
            }

    def _lives(self, one: Session, now: float) -> bool:
        return now - one.seen < self._idle and now - one.begun < self._most


class Throttle:
    """Keeps whoever guesses passwords waiting: after ten failures for a name, twice as long after each further one.

    Nobody is shut out for good, since anybody could then shut out anybody (OWASP ASVS 5.0 §6.3). Names are known by their
    SHA-256, so that what is typed, which may be a password or very long, is not kept.
    """

    FREE, LONGEST, NAMES = 10, 900.0, 10_000

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failed: dict[str, tuple[int, float]] = {}  # name -> (failures, when the last was)

    def ask(self, name: str) -> int:
        """Seconds until a try for a name counts; 0 = now, and it counts as failed until `right` is told.

        Counted before the password is looked at, since many tries at once would otherwise all be the eleventh.
        """
        key, now = _name(name), self._clock()
        with self._lock:
            failures, last = self._failed.get(key, (0, now))
            left = last + self._pause(failures) - now
            if left > 0:
                return math.ceil(left)
            if key not in self._failed and len(self._failed) >= self.NAMES:
                self._make_room()
            self._failed[key] = failures + 1, now
        return 0

    def right(self, name: str) -> None:
        """The password was right: begin to count anew."""
        with self._lock:
            self._failed.pop(_name(name), None)

    def _pause(self, failures: int) -> float:
        """Seconds to wait after so many failures; the power stays small, however many there were."""
        return 0.0 if failures < self.FREE else min(self.LONGEST, 2.0 ** min(failures - self.FREE, 10))

    def _make_room(self) -> None:
        """Forget half of the names: those that failed least, so that trying many names frees none that waits."""
        kept = sorted(self._failed, key=lambda one: self._failed[one], reverse=True)
        self._failed = {one: self._failed[one] for one in kept[: self.NAMES // 2]}


class Searches:
    """How often each person looked for something within the last hour; more than `AN_HOUR` times is not looking but browsing."""

    AN_HOUR = 30

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._when: defaultdict[str, list[float]] = defaultdict(list)

    def one_more(self, username: str) -> bool:
        """Count a search; False = there were too many, and this one is not to be made."""
        now = self._clock()
        with self._lock:
            recent = [when for when in self._when[username] if now - when < 3_600]
            self._when[username] = recent
            if len(recent) >= self.AN_HOUR:
                return False
            recent.append(now)
        return True


def _name(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
