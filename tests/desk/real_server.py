"""A desk behind the server that the command starts, on a port of this machine, and requests written byte by byte."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fraudmatch.review.serving import server


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What came back: status 0 = the connection was closed without a word."""

    status: int
    head: str
    body: str

    def header(self, name: str) -> str:
        found = re.search(rf"^{name}: (.*)$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1].strip() if found else ""


def ask(port: int, sent: bytes) -> Answer:
    """Send bytes to a server, and read all that it answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        got = b""
        with suppress(OSError):  # it may hang up before all is sent, and what it said before is still there
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while part := line.recv(65_536):
                got += part
    head, _, body = got.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
    return Answer(int(status[1]) if status else 0, head.decode("latin-1"), body.decode("utf-8", "replace"))


class Running:
    """A server in a thread of its own; `close` ends it."""

    def __init__(self, desk: Any, port: int) -> None:
        self.desk, self.port = desk, port
        self._server = server(desk, port, threads=2)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def ask(self, line: str, *headers: str, body: bytes = b"") -> Answer:
        """A request by its line, its headers and its body; nothing is added but that the connection is to be closed."""
        head = "\r\n".join([line, *headers, "Connection: close", "", ""])
        return ask(self.port, head.encode("latin-1") + body)

    def close(self) -> None:
        self._server.close()
        self._thread.join(timeout=10)
        self._server.task_dispatcher.shutdown()
