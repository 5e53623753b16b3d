"""Who is signed in, kept in the memory of the desk: after a restart everybody signs in again.

Nothing of a session is written to a disk, so no backup can bring one back. The cookie holds 256 random bits; the
table knows it by its SHA-256 alone.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

#: Seconds on a clock that only goes forward.
Clock = Callable[[], float]


@dataclass
class Session:
    """One browser of one person.

    Attributes:
        username: of the account. csrf: what forms of this session must bring back.
        begun, seen: seconds on the clock. told: what the next page is to say once.
    """

    username: str
    begun: float
    seen: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    told: list[dict[str, str]] = field(default_factory=list)


class Sessions:
    """The sessions of a desk.

    Args:
        idle: seconds without a request after which one ends. most: seconds after which it ends in any case.
    """

    def __init__(self, clock: Clock, *, idle: float, most: float) -> None:
        self._clock, self._idle, self._most = clock, idle, most
        self._lock = threading.Lock()
        self._open: dict[str, Session] = {}

    def begin(self, username: str) -> str:
        """Begin a session; what the cookie is to hold. A new one every time, so that none can be fixed beforehand."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._open = {name: one for name, one in self._open.items() if self._lives(one, now)}
            self._open[_name(token)] = Session(username, now, now)
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

    def _lives(self, one: Session, now: float) -> bool:
        return now - one.seen < self._idle and now - one.begun < self._most


class Throttle:
    """Keeps whoever guesses passwords waiting: after ten failures for a name, twice as long after each further one.

    Nobody is shut out for good, since anybody could then shut out anybody (OWASP ASVS 5.0 §6.3).
    """

    FREE, LONGEST, NAMES = 10, 900.0, 10_000

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failed: dict[str, tuple[int, float]] = {}  # name -> (failures, when the last was)

    def wait(self, name: str) -> int:
        """Seconds until the next try for a name counts; 0 = now."""
        with self._lock:
            failures, last = self._failed.get(name, (0, 0.0))
        pause = min(self.LONGEST, 2.0 ** (failures - self.FREE)) if failures >= self.FREE else 0.0
        left = last + pause - self._clock()
        return max(0, int(left) + 1) if pause and left > 0 else 0

    def failed(self, name: str) -> None:
        """One more failure."""
        with self._lock:
            if len(self._failed) >= self.NAMES:  # guessing names must not fill the memory: the oldest go
                oldest = sorted(self._failed, key=lambda one: self._failed[one][1])[: self.NAMES // 2]
                for one in oldest:
                    del self._failed[one]
            failures, _ = self._failed.get(name, (0, 0.0))
            self._failed[name] = failures + 1, self._clock()

    def right(self, name: str) -> None:
        """The password was right: begin to count anew."""
        with self._lock:
            self._failed.pop(name, None)


def _name(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
