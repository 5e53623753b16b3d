"""A desk over a night of the sample, and people of all roles who use it without a browser."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_people import Person, make_published

from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.settings import Settings
from fraudmatch.site import load_site

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)


class Time:
    """The clock of a desk, which goes forward when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a night and an account of every role; nobody writes to it."""
    root = tmp_path_factory.mktemp("desk") / "site"
    make_published(root)
    return root


@pytest.fixture(scope="module")
def site_folder(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the site for the tests of one module."""
    folder = tmp_path_factory.mktemp("copy") / "site"
    shutil.copytree(published, folder)
    return folder


@pytest.fixture(scope="module")
def time_() -> Time:
    return Time()


@pytest.fixture(scope="module")
def desk(site_folder: Path, time_: Time) -> Desk:
    return Desk(load_site(site_folder), Settings(("localhost",)), clock=time_, now=lambda: NOW)


@pytest.fixture
def someone(desk: Desk) -> Iterator[type[Person]]:
    """Makes a signed-in person by username."""
    app = make_app(desk)

    class Here(Person):
        def __init__(self, username: str, *, signed_in: bool = True) -> None:
            super().__init__(app, desk, username, signed_in=signed_in)

    yield Here
