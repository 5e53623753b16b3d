"""By which address the desk answers (T37), asked of the server that the command starts, byte by byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import Answer, Running, free_port
from visitors import trace

from fraudmatch.review.app import MOST_SENT
from fraudmatch.review.desk import Desk
from fraudmatch.review.guard import HEADERS
from fraudmatch.review.serving import MOST_HEADERS
from fraudmatch.review.settings import Settings, local_hosts
from fraudmatch.site import load_site

PAGE = "GET /sign-in HTTP/1.1"


@pytest.fixture(scope="module")
def running(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, port = tmp_path_factory.mktemp("hosts") / "site", free_port()
    shutil.copytree(published, folder)
    found = Running(Desk(load_site(folder), Settings(local_hosts(port))), port)
    yield found
    found.close()


def served(answer: Answer) -> bool:
    """Whether a page of the desk was made, and not that of an error."""
    return answer.status == 200 and 'name="password"' in answer.body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}"])
def test_the_two_addresses_it_prints_are_answered(running: Running, host: str) -> None:
    assert served(running.ask(PAGE, "Host: " + host.format(port=running.port)))


WRONG = {
    "none": [], "empty": ["Host:"], "blank": ["Host:  "], "another": ["Host: evil.example"],
    "another with the port": ["Host: evil.example:{port}"], "upper case": ["Host: LOCALHOST:{port}"],
    "mixed case": ["Host: LocalHost:{port}"], "dot at the end": ["Host: localhost.:{port}"],
    "longer": ["Host: localhost.evil.example:{port}"], "subdomain": ["Host: a.localhost:{port}"],
    "in front": ["Host: evillocalhost:{port}"], "no port": ["Host: localhost"], "another port": ["Host: localhost:1"],
    "port 80": ["Host: localhost:80"], "port with zeros": ["Host: localhost:0{port}"], "no port at all": ["Host: localhost:"],
    "IPv6": ["Host: [::1]:{port}"], "IPv6 of IPv4": ["Host: [::ffff:127.0.0.1]:{port}"], "decimal": ["Host: 2130706433:{port}"],
    "short": ["Host: 127.1:{port}"], "octal": ["Host: 0177.0.0.1:{port}"], "hexadecimal": ["Host: 0x7f.1:{port}"],
    "any": ["Host: 0.0.0.0:{port}"], "of a person": ["Host: a@localhost:{port}"], "list": ["Host: localhost:{port}, evil.example"],
    "twice": ["Host: localhost:{port}", "Host: evil.example"], "twice, turned": ["Host: evil.example", "Host: localhost:{port}"],
    "twice the same": ["Host: localhost:{port}", "Host: localhost:{port}"], "path": ["Host: localhost:{port}/"],
    "folded": ["Host: localhost:{port}", " evil.example"], "forwarded": ["X-Forwarded-Host: localhost:{port}"],
    "forwarded beside": ["Host: evil.example", "X-Forwarded-Host: localhost:{port}", "Forwarded: host=localhost:{port}"],
    "underscore": ["X_Host: a", "HTTP_HOST: localhost:{port}"], "not ASCII": ["Host: localh\u00f6st:{port}"], "NUL": ["Host: localhost:{port}\x00"],
    "blank before the colon": ["Host : localhost:{port}"],
}  # fmt: skip


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_no_other_host_is_answered(running: Running, headers: list[str]) -> None:
    answer = running.ask(PAGE, *(one.format(port=running.port) for one in headers))
    assert answer.status in (400, 421) and not served(answer), answer


LINES = {
    "another host in the line": "GET http://evil.example/sign-in HTTP/1.1",
    "this host in the line": "GET http://localhost:{port}/sign-in HTTP/1.1",
    "TLS in the line": "GET https://localhost:{port}/sign-in HTTP/1.1",
    "no path": "GET http://evil.example HTTP/1.1",
    "all of it": "OPTIONS * HTTP/1.1",
    "no slash": "GET sign-in HTTP/1.1",
    "a connection": "CONNECT evil.example:443 HTTP/1.1",
    "a fragment of a scheme": "GET ://localhost:{port}/sign-in HTTP/1.1",
    "another protocol": "GET ftp://localhost:{port}/sign-in HTTP/1.1",
    "a script": "GET javascript:alert(1) HTTP/1.1",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_that_names_a_host_is_not_answered(running: Running, line: str) -> None:
    answer = running.ask(line.format(port=running.port), f"Host: localhost:{running.port}")
    assert answer.status in (400, 421) and not served(answer), answer


@pytest.mark.parametrize(
    "method", ["TRACE", "TRACK", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "get", "GE T", "PRI"]
)
def test_no_other_method_is_answered(running: Running, method: str) -> None:
    host, before = f"Host: localhost:{running.port}", trace(running.desk)
    for path in ("/sign-in", "/", "/static/desk.css", "/nowhere"):
        answer = running.ask(f"{method} {path} HTTP/1.1", host, "Sec-Fetch-Site: same-origin", "X-Secret: 42")
        if method == "get":  # the server reads it as GET
            assert answer.status in (200, 303, 400, 405)
        else:
            assert answer.status in (400, 405), answer
        assert "42" not in answer.body.replace(str(running.port), "")
    assert trace(running.desk).since(before) == {}


def test_what_a_wrong_host_asks_reaches_no_page(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the ledger hears of it: no account, no session and no password is looked at."""
    asked: list[str] = []
    monkeypatch.setattr(running.desk.accounts, "who", lambda name, words: asked.append(name))
    monkeypatch.setattr(running.desk.sessions, "find", lambda token: asked.append(str(token)))
    before, body = trace(running.desk), b"username=ada&password=three+good+words"
    for host in ("evil.example", f"localhost:{running.port}.evil.example"):
        headers = [
            f"Host: {host}", f"Origin: http://{host}", "Sec-Fetch-Site: same-origin", "Cookie: desk=x",
            "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
        ]  # fmt: skip
        assert running.ask("POST /sign-in HTTP/1.1", *headers, body=body).status == 421
        assert running.ask("GET / HTTP/1.1", *headers[:4]).status == 421
    assert asked == [] and trace(running.desk).since(before) == {}


def test_every_answer_of_the_desk_is_sealed_and_says_nothing_of_the_server(running: Running) -> None:
    for line, host in (
        (PAGE, f"localhost:{running.port}"),
        (PAGE, "evil.example"),
        ("GET /x HTTP/1.1", f"localhost:{running.port}"),
    ):
        answer = running.ask(line, f"Host: {host}")
        assert all(answer.header(name) == value for name, value in HEADERS.items())
        assert not answer.header("Server") and "waitress" not in answer.head + answer.body


@pytest.mark.parametrize("size", [MOST_SENT + 1, 2**31, 2**63])
def test_what_is_too_long_is_not_even_read(running: Running, size: int) -> None:
    host = f"Host: localhost:{running.port}"
    answer = running.ask(
        "POST /sign-in HTTP/1.1", host, "Sec-Fetch-Site: same-origin", f"Content-Length: {size}"
    )
    assert answer.status == 413


def test_chunks_without_end_are_cut_off(running: Running) -> None:
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    headers = (f"Host: localhost:{running.port}", "Sec-Fetch-Site: same-origin", "Transfer-Encoding: chunked")
    answer = running.ask("POST /sign-in HTTP/1.1", *headers, body=chunk * 5 + b"0\r\n\r\n")
    assert answer.status in (0, 413)
    assert running.ask(PAGE, f"Host: localhost:{running.port}").status == 200


def test_headers_without_end_are_cut_off(running: Running) -> None:
    answer = running.ask(PAGE, f"Host: localhost:{running.port}", "X: " + "a" * MOST_HEADERS)
    assert answer.status in (0, 400, 431)


def test_two_lengths_are_not_two_requests(running: Running) -> None:
    """A request that two servers could cut at two places (smuggling) is refused."""
    host = f"Host: localhost:{running.port}"
    hidden = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for headers in (
        ("Content-Length: 0", f"Content-Length: {len(hidden)}"),
        ("Content-Length: +0",), ("Content-Length: 0x0",), ("Transfer-Encoding: xchunked",), ("Transfer-Encoding: chunked, identity",),
    ):  # fmt: skip
        answer = running.ask("POST /sign-in HTTP/1.1", host, *headers, body=hidden)
        assert answer.status in (400, 403, 501) and not served(answer), (headers, answer)
        assert "HTTP/1.1 200" not in answer.body


def test_it_is_bound_to_this_machine_alone(running: Running) -> None:
    assert running._server.effective_host == "127.0.0.1"
