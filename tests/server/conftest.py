"""A server for the tests of this folder, and a schema of its own for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from postgresql import RealServer, programs, real_server

from fraudmatch.place import VARIABLE, Server, server_of

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[RealServer]:
    found = programs()
    if found is None and not os.environ.get("CI"):
        pytest.skip("there is no PostgreSQL on this machine: apt-get install postgresql")
    assert found is not None, "CI installs PostgreSQL; see .ci/postgresql"
    with real_server(found) as server:
        yield server


@pytest.fixture
def place(postgresql: RealServer, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A schema where nothing is yet; the environment says where the server is."""
    monkeypatch.setenv(VARIABLE, postgresql.address)
    return server_of(f"postgresql:site_{next(_NUMBERS)}", os.environ)
