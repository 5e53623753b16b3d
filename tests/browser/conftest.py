"""A desk behind a real server, and people who use it with a real Chromium: with its scripts, and without any."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import waitress
from flask import Flask
from playwright import sync_api as playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))  # its people are ours
from desk_people import WORDS, make_published

from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.settings import Settings, local_hosts
from fraudmatch.review.terms import DeskTerms
from fraudmatch.site import load_site

HERE = Path(__file__).resolve().parent
NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """The browser of the system."""
    found = shutil.which("chromium")
    if (found is None or not AXE.is_file()) and not os.environ.get("CI"):
        pytest.skip("there is no Chromium, or no axe-core: .ci/browser installs both")
    assert found is not None and AXE.is_file(), "CI installs both; see .ci/browser"
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("browser") / "site"
    make_published(root)
    return root


@dataclass(frozen=True)
class Served:
    """A desk, and where it answers."""

    desk: Desk
    address: str
    app: Flask


@pytest.fixture(scope="module")
def served(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk of its own for each module; decisions about more than £20,000 wait for a second person."""
    folder = tmp_path_factory.mktemp("served") / "site"
    shutil.copytree(published, folder)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    terms = DeskTerms(approval_above=20_000)
    desk = Desk(load_site(folder), Settings(local_hosts(port)), now=lambda: NOW, terms=terms)
    with serving(desk, listening) as found:
        yield found


@contextmanager
def serving(desk: Desk, listening: socket.socket) -> Iterator[Served]:
    """A desk that answers at a socket."""
    app = make_app(desk)
    app.jinja_env.globals["has_govuk"] = False  # which look it has must not depend on what was built here
    server = waitress.create_server(app, sockets=[listening], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Served(desk, f"http://localhost:{listening.getsockname()[1]}", app)
    server.close()


def press(found: playwright.Locator) -> None:
    """Click what leads to a page, and be there: a click alone returns before the page it asked for has come."""
    with found.page.expect_navigation(wait_until="load"):
        found.click()


class Window:
    """A person's browser window. What no page may do is noted, and held against it when it closes.

    Attributes:
        page: as the driver has it. served: null = other places than the desk may be asked. wrong: what a page did that none may: errors, refused loads, other places asked.
    """

    def __init__(self, context: object, served: Served | None, username: str) -> None:
        self.context, self.served, self.username = context, served, username
        context.set_default_timeout(10_000)
        self.page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on(
            "dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss())
        )
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _console(self, message: object) -> None:
        # A page that says 400, 401, 404 or 409 on purpose is told to the console too.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _request(self, request: object) -> None:
        if self.served and not request.url.startswith((self.served.address, "blob:", "data:")):
            self.wrong.append(f"asked {request.url}")

    def go(self, path: str) -> object:
        return self.page.goto(self.served.address + path)

    def sign_in(self, words: str = WORDS) -> None:
        self.go("/sign-in")
        self.page.get_by_label("Name of your account").fill(self.username)
        self.page.get_by_label("Password").fill(words)
        press(self.page.get_by_role("button", name="Sign in"))

    def text(self) -> str:
        return self.page.locator("body").inner_text()


@pytest.fixture(params=[True, False], ids=["with-scripts", "without-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture
def window(chromium: object, served: Served, scripts: bool) -> Iterator[Callable[..., Window]]:
    """Opens a signed-in window for a person; at the end nothing may have gone wrong in any."""
    opened: list[Window] = []

    def open_(username: str, *, signed_in: bool = True, **more: object) -> Window:
        context = chromium.new_context(
            java_script_enabled=scripts, viewport={"width": 1300, "height": 900}, locale="en-GB", **more
        )
        one = Window(context, served, username)
        opened.append(one)
        if signed_in:
            one.sign_in()
        return one

    yield open_
    wrong = [f"{one.username}: {what}" for one in opened for what in one.wrong]
    for one in opened:
        one.context.close()
    assert wrong == []
