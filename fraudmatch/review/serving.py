"""How a desk is put on the network: one place, which the command and the tests over a real socket both use."""

from __future__ import annotations

import logging
from typing import Any

import waitress

from fraudmatch.review.app import MOST_SENT, make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.logs import RETICENT

#: Bytes of a request line and its headers together; the longest address of the desk is far shorter.
MOST_HEADERS = 32 * 1024


def options(port: int, threads: int) -> dict[str, Any]:
    """What waitress is told: this machine alone is answered, and nothing is read that the desk would refuse.

    Its own limit for a body is 1 GiB, kept on a disk before the application is even asked.
    """
    return {
        "host": "127.0.0.1", "port": port, "threads": threads, "ident": None, "clear_untrusted_proxy_headers": True,
        "max_request_body_size": MOST_SENT, "max_request_header_size": MOST_HEADERS,
    }  # fmt: skip


def server(desk: Desk, port: int, threads: int) -> Any:
    """A server for a desk; `run` answers until the program ends."""
    logging.getLogger("waitress").addFilter(RETICENT)
    return waitress.create_server(make_app(desk), **options(port, threads))
