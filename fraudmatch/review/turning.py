"""Turning from one night to the next while people work: a request sees one night from its beginning to its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """Many may be inside at once; whoever wants to be alone waits until all have left, and keeps new ones out meanwhile."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside, self._waiting = 0, 0

    def enter(self) -> None:
        """Go in; wait while somebody is alone inside, or about to be."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting)
            self._inside += 1

    def leave(self) -> None:
        """Go out."""
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be alone inside; of several one after the other."""
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._inside)
            try:
                yield
            finally:
                self._waiting -= 1
                self._changed.notify_all()
