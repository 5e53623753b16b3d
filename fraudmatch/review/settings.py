"""What decides how a desk is served."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How a desk is served.

    Attributes:
        hosts: values of the Host header that are answered, exactly; any other is refused (DNS rebinding).
        secure: pages come over TLS, so that the cookie may not go any other way.
        idle_minutes: signed out after so long without a request. most_hours: signed out after so long in any case.
            15 minutes and 8 hours are what OWASP's session cheat sheet takes for sensitive uses and a working day.
        most_sessions: browsers one person is signed in with at once; with one more, the oldest is signed out.
        per_page: cases on a page of the list.
    """

    hosts: tuple[str, ...]
    secure: bool = False
    idle_minutes: int = 15
    most_hours: int = 8
    most_sessions: int = 5
    per_page: int = 25

    @property
    def cookie(self) -> str:
        """Name of the session's cookie: bound to this host where TLS allows it."""
        return "__Host-desk" if self.secure else "desk"

    @property
    def scheme(self) -> str:
        """http or https."""
        return "https" if self.secure else "http"


def local_hosts(port: int) -> tuple[str, ...]:
    """What a browser on this machine calls a desk on a port."""
    return (f"127.0.0.1:{port}", f"localhost:{port}")
