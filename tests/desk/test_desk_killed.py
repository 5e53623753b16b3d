"""A server that is killed while people save: what was answered is kept, once, and what was not can be sent again (8.1, T45).

A hundred times a server in a process of its own is killed (SIGKILL) at a moment by chance, while forms come in one behind
the other. It is a copy of a warm process, so that it answers at once.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import socket
import sqlite3
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from real_server import Answer, ask, free_port
from visitors import keys_of

from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.verify import verify
from fraudmatch.review.desk import Desk
from fraudmatch.review.serving import server
from fraudmatch.review.settings import Settings, local_hosts
from fraudmatch.site import load_site
from fraudmatch.store.access import transaction

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")
ROUNDS = 100


def child(act: Callable[[], object]) -> int:
    """Its process id, of a copy of this process that does one thing and ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    return pid


def up(port: int) -> None:
    """Wait until somebody listens on a port."""
    for _ in range(2_000):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.002)
    raise AssertionError("no server")


@dataclass
class Sender:
    """Sends forms about two cases, one behind the other: a note, a decision, a note …; what was not answered, again.

    Attributes:
        answered: keys of the forms that were answered with 303. sent: of all.
    """

    desk: Desk
    port: int
    cookie: str
    csrf: str
    answered: Counter[str] = field(default_factory=Counter)
    sent: dict[str, str] = field(default_factory=dict)
    _waiting: tuple[str, dict[str, object]] | None = None

    def answered_again(self, times: int) -> float:
        """Send so many forms, each of which is answered; seconds that one took."""
        begun = time.perf_counter()
        for _ in range(times):
            assert self._one()
        return (time.perf_counter() - begun) / times

    def until_it_dies(self) -> None:
        """Send forms until one is not answered."""
        while self._one():
            pass

    def _one(self) -> bool:
        """Send a new form, or again the one that was not answered; whether it was."""
        path, form = self._waiting or self._new(keys_of(self.desk, "cheltenham")[:2])
        self._waiting = path, form
        answer = self._send(path, form)
        if answer.status == 0:
            return False
        assert answer.status == 303, answer
        self.answered[str(form["act"])] += 1
        self._waiting = None
        return True

    def _new(self, cases: list[str]) -> tuple[str, dict[str, object]]:
        number = len(self.sent)
        what, key = ("note", "decide")[number % 2], cases[number % 2]
        form = {"csrf": self.csrf, "act": secrets.token_hex(16), "version": number // 2}
        self.sent[str(form["act"])] = what
        more = (
            {"words": f"Note {number}"}
            if what == "note"
            else {"outcome": "error", "flag": self.desk.night.decidable(key, "cheltenham")}
        )
        return f"/case/{key}/{what}", form | more

    def _send(self, path: str, form: dict[str, object]) -> Answer:
        body = urlencode(form, doseq=True).encode()
        head = "\r\n".join(
            [
                f"POST {path} HTTP/1.1", f"Host: localhost:{self.port}", f"Cookie: desk={self.cookie}", "Connection: close",
                "Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}", "", "",
            ]
        )  # fmt: skip
        try:
            return ask(self.port, head.encode() + body)
        except OSError:
            return Answer(0, "", "")


@pytest.fixture
def sender(published: Path, tmp_path: Path) -> Sender:
    shutil.copytree(published, tmp_path / "site")
    port = free_port()
    desk = Desk(load_site(tmp_path / "site"), Settings(local_hosts(port)))
    cookie = desk.sessions.begin("ada", desk.accounts.known("ada").mark)
    session = desk.sessions.find(cookie)
    assert session is not None
    return Sender(desk, port, cookie, session.csrf)


def test_what_was_answered_is_kept_once_whenever_the_server_dies(sender: Sender) -> None:
    chance, desk, before = random.Random(7), sender.desk, len(sender.sent)
    for _ in range(ROUNDS):
        serving = child(lambda: server(desk, sender.port, threads=4).run())
        up(sender.port)
        usual = sender.answered_again(chance.randint(1, 3))
        after = chance.uniform(0, 1.5 * usual)  # amid the next form, or the one behind it

        def kill(of: int = serving, after: float = after) -> None:
            time.sleep(after)
            os.kill(of, signal.SIGKILL)

        killer = child(kill)
        sender.until_it_dies()
        assert os.WIFSIGNALED(os.waitpid(serving, 0)[1])
        os.waitpid(killer, 0)
    serving = child(lambda: server(desk, sender.port, threads=4).run())
    up(sender.port)
    sender.answered_again(1)
    os.kill(serving, signal.SIGKILL)
    os.waitpid(serving, 0)
    assert len(sender.sent) - before > ROUNDS
    check(sender)


def check(sender: Sender) -> None:
    """Every form that was answered is in the store once, and nothing else; the ledger holds."""
    place = sender.desk.site.outcomes_store
    with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = connection.execute("SELECT kind, note FROM case_events").fetchall()
        decisions = connection.execute("SELECT count(*) FROM outcome_events").fetchone()[0]
        worked = connection.execute("SELECT count(*) FROM ledger WHERE action = 'case.worked'").fetchone()[0]
    connection.close()
    assert sender.answered == Counter(dict.fromkeys(sender.sent, 1))
    decided = sum(what == "decide" for what in sender.sent.values())
    told = [("note", f"Note {number}") for number, what in enumerate(sender.sent.values()) if what == "note"]
    assert Counter(map(tuple, kept)) == Counter([*told, *[("decided", None)] * decided])
    flags = sender.desk.night.decidable(keys_of(sender.desk, "cheltenham")[1], "cheltenham")
    assert decisions == decided * len(flags) and worked == len(sender.sent)
    with transaction(place) as connection:
        rows = list(entries(connection))
        assert verify(rows).fault is None and first_disagreement(connection) is None
