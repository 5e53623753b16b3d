"""A desk with a name of its own, behind a server that ends TLS: over a real socket, with a certificate made for the test."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from desk_people import WORDS
from real_server import Answer, Running, free_port
from tls import Front, certificate_of

from fraudmatch.cli import cli
from fraudmatch.errors import ConfigurationError
from fraudmatch.review.desk import Desk
from fraudmatch.review.settings import host_of
from fraudmatch.site import load_site

NAME = "desk.example.test"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://desk.example.gov.uk", "desk.example.gov.uk"), ("https://Desk.Example.gov.uk/", "desk.example.gov.uk"),
        ("https://desk:8443", "desk:8443"), ("https://desk.example.gov.uk:443", "desk.example.gov.uk"), (" https://10.0.0.5 ", "10.0.0.5"),
    ],
)  # fmt: skip
def test_an_address_gives_the_host_that_browsers_write(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    "address",
    [
        "", "desk.example.gov.uk", "http://desk.example.gov.uk", "https://", "https:///x", "https://desk/cases", "https://desk?x=1", "https://desk#x",
        "https://ada@desk", "https://ada:words@desk", "https://*.example.gov.uk", "https://desk_1", "https://-desk", "https://desk..uk",
        "https://desk:0", "https://desk:99999", "https://desk:x", "https://[::1]", "https://de sk", "https://desk\n.uk", "ftp://desk",
        "https://" + "a." * 127 + "uk", "javascript:alert(1)", "https://desk//",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_desk_is_refused_with_what_to_write(address: str) -> None:
    with pytest.raises(ConfigurationError, match="Write https://"):
        host_of(address)


def test_the_command_refuses_it_before_it_serves(site_folder: Path) -> None:
    done = CliRunner().invoke(cli, ["review", str(site_folder), "--address", "http://desk.example.gov.uk"])
    assert isinstance(done.exception, ConfigurationError) and "is no address" in str(done.exception)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for the name, and its key."""
    return certificate_of(tmp_path_factory.mktemp("tls"), NAME)


@pytest.fixture(scope="module")
def front(desk: Desk, certificate: tuple[Path, Path]) -> Iterator[Front]:
    """A desk with the name, and what ends TLS before it."""
    named = Desk(load_site(desk.site.root), replace(desk.settings, hosts=(NAME,), secure=True), now=desk.now)
    running = Running(named, free_port())
    front = Front(certificate, running.port)
    yield front
    front.close()
    running.close()


def ask(front: Front, certificate: tuple[Path, Path], line: str, *headers: str, body: str = "") -> Answer:
    """A request over TLS, whose certificate is looked at as a browser does."""
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    said = [line, *headers, f"Content-Length: {len(body)}", "Connection: close", "", body]
    got = b""
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=20) as plain,
        trusting.wrap_socket(plain, server_hostname=NAME) as outside,
        suppress(OSError),
    ):
        outside.sendall("\r\n".join(said).encode())
        while part := outside.recv(65_536):
            got += part
    head, _, text = got.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
    return Answer(int(status[1]) if status else 0, head.decode("latin-1"), text.decode("utf-8", "replace"))


FORM = ("Content-Type: application/x-www-form-urlencoded",)
SIGN_IN = f"username=ada&password={WORDS.replace(' ', '+')}"


def test_one_signs_in_by_the_name_and_the_cookie_goes_no_other_way(
    front: Front, certificate: tuple[Path, Path]
) -> None:
    from_here = (f"Host: {NAME}", "Sec-Fetch-Site: same-origin", f"Origin: https://{NAME}")
    answer = ask(front, certificate, "POST /sign-in HTTP/1.1", *from_here, *FORM, body=SIGN_IN)
    cookie = answer.header("Set-Cookie")
    assert answer.status == 303 and cookie.startswith("__Host-desk=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(
        cookie.split("; ")
    ) and "Domain" not in cookie
    assert answer.header("Location") == "/" and "max-age=31536000" in answer.header(
        "Strict-Transport-Security"
    )
    page = ask(front, certificate, "GET / HTTP/1.1", f"Host: {NAME}", f"Cookie: {cookie.split(';')[0]}")
    assert (
        page.status == 200
        and "Cases of Cheltenham" in page.body
        and not re.search(r"(?:href|src|action)=\"http:", page.body)
    )


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", f"{NAME}:443", f"x.{NAME}", f"{NAME}.", NAME.upper(), "evil.example"]
)
def test_no_other_host_is_answered_behind_it(front: Front, certificate: tuple[Path, Path], host: str) -> None:
    assert ask(front, certificate, "GET /sign-in HTTP/1.1", f"Host: {host}").status == 421


@pytest.mark.parametrize("origin", [f"http://{NAME}", "https://evil.example", f"https://{NAME}:8443", "null"])
def test_a_form_that_comes_from_elsewhere_is_refused_behind_it(
    front: Front, certificate: tuple[Path, Path], origin: str
) -> None:
    headers = (f"Host: {NAME}", f"Origin: {origin}", *FORM)
    assert ask(front, certificate, "POST /sign-in HTTP/1.1", *headers, body=SIGN_IN).status == 403
    right = (f"Host: {NAME}", f"Origin: https://{NAME}", *FORM)
    assert ask(front, certificate, "POST /sign-in HTTP/1.1", *right, body=SIGN_IN).status == 303


def test_what_a_proxy_may_add_changes_nothing(front: Front, certificate: tuple[Path, Path]) -> None:
    added = (
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: http",
        "Forwarded: host=evil.example",
        "X-Forwarded-For: 10.0.0.9",
    )
    answer = ask(front, certificate, "GET /cases.csv HTTP/1.1", f"Host: {NAME}", *added)
    assert answer.status == 303 and "evil" not in answer.head + answer.body
