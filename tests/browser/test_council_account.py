"""Signing in with the account of one's council in a real browser: cookies that other sites' steps do not bring, redirects and all."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import waitress
from conftest import NOW, Window
from playwright.sync_api import Browser
from provider import CLIENT, SECRET, ProviderOfTests
from tls import Front, certificate_of

from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.openid import providers_of
from fraudmatch.review.settings import Settings, host_of
from fraudmatch.review.terms import Provider
from fraudmatch.site import load_site

Came = Callable[[str], Window]


@pytest.fixture
def came(
    chromium: Browser, scripts: bool, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Came]:
    """Opens a window for who the provider says it is; the desk is at another site than the provider."""
    shutil.copytree(published, tmp_path / "site")
    certificate = certificate_of(tmp_path, "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    council, listening = ProviderOfTests(certificate), socket.create_server(("127.0.0.1", 0))
    front = Front(certificate, listening.getsockname()[1])
    address = f"https://127.0.0.1:{front.port}"
    agreed = (
        Provider(partner="cheltenham", name="Cheltenham", issuer=council.issuer, client=CLIENT, secret="S"),
    )
    providers = providers_of(agreed, f"{address}/sign-in/back", {"S": SECRET}, time.monotonic, time.time)
    settings = Settings((host_of(address),), secure=True)
    desk = Desk(load_site(tmp_path / "site"), settings, now=lambda: NOW, providers=providers)
    server = waitress.create_server(make_app(desk), sockets=[listening], threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    contexts = []

    def open_(username: str) -> Window:
        council.username = username
        contexts.append(
            chromium.new_context(ignore_https_errors=True, java_script_enabled=scripts, locale="en-GB")
        )
        window = Window(contexts[-1], None, username)
        window.page.goto(f"{address}/?order=value")
        window.page.get_by_role("link", name="Sign in with your account of Cheltenham").click()
        return window

    yield open_
    for context in contexts:
        context.close()
    server.close()
    front.close()
    council.close()


def test_one_click_leads_to_the_page_that_was_asked_for(came: Came) -> None:
    ada = came("ada")
    ada.page.wait_for_selector(".desk-cases")
    assert ada.page.url.endswith("/?order=value") and "Ada Example" in ada.text()
    ada.page.reload()
    assert "Cases of Cheltenham" in ada.text()


def test_who_has_no_account_here_is_told_so(came: Came) -> None:
    page = came("cos").page
    page.get_by_text("You have no account at this desk").first.wait_for()
    assert page.get_by_label("Password").is_visible()
