"""What decides how a desk is served."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fraudmatch.errors import ConfigurationError

_LABEL = "(?!-)[a-z0-9-]{1,63}(?<!-)"
#: An address of a desk: labels of letters, digits and hyphens (RFC 1123 §2.1), and a port.
_ADDRESS = re.compile(rf"https://(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[1-9]\d{{0,4}}))?/?")


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


def host_of(address: str) -> str:
    """What browsers write in the Host header that open a desk by an address of its own, behind a server that ends TLS.

    Args:
        address: such as https://desk.example.gov.uk, with a port where it is not 443.

    Raises:
        ConfigurationError: it is not https, or says more than a host and a port.
    """
    found = _ADDRESS.fullmatch(address.strip().lower())
    if found is None or len(found["host"]) > 253 or int(found["port"] or 443) > 65_535:
        raise ConfigurationError(
            f"{address!r} is no address a desk can have.",
            remedy="Write https:// and the name by which browsers reach it, for example https://desk.example.gov.uk",
        )
    return found["host"] if found["port"] in (None, "443") else f"{found['host']}:{found['port']}"
