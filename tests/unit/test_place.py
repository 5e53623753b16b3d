"""Where a store on a server is, from site.toml and the environment; nothing of the password is ever printed."""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from fraudmatch.errors import SiteError
from fraudmatch.place import FILE_VARIABLE, VARIABLE, Server, server_of

ADDRESS = "postgresql://ann:se%40cret@db.example:5433/matching"


def test_the_environment_says_where_and_site_toml_which_schema() -> None:
    found = server_of("postgresql:gloucestershire", {VARIABLE: ADDRESS})
    assert (found.schema, found.host, found.port, found.database, found.user, found.password) == (
        "gloucestershire", "db.example", 5433, "matching", "ann", "se@cret",
    )  # fmt: skip
    assert "cret" not in repr(found) + str(found) + found.name


def test_a_file_may_say_it(tmp_path: Path) -> None:
    (tmp_path / "where").write_text(f"{ADDRESS}\n", encoding="utf-8")
    assert server_of("postgresql:a", {FILE_VARIABLE: str(tmp_path / "where")}).user == "ann"
    with pytest.raises(SiteError, match="cannot be read"):
        server_of("postgresql:a", {FILE_VARIABLE: str(tmp_path / "none")})


@pytest.mark.parametrize(
    "told",
    ["postgresql", "postgresql:", "postgresql:A", "mysql:a", 'postgresql:a"; --', "postgresql:" + "a" * 50],
)
def test_what_site_toml_says_is_checked(told: str) -> None:
    with pytest.raises(SiteError, match="not understood"):
        server_of(told, {VARIABLE: ADDRESS})


@pytest.mark.parametrize(
    "address",
    [
        "secret", "mysql://ann:secret@h/d", "postgresql://ann:secret@h/", "postgresql://h/secret", "postgresql://ann:secret@h:x/d",
        "postgresql://ann:secret@h/d?sslmode=disable", "postgresql://ann:secret@h/d?x",
    ],
)  # fmt: skip
def test_an_address_that_is_not_understood_is_not_repeated(address: str) -> None:
    with pytest.raises(SiteError) as caught:
        server_of("postgresql:a", {VARIABLE: address})
    assert "secret" not in str(caught.value)


def test_where_nothing_says_where_that_is_told() -> None:
    with pytest.raises(SiteError, match=VARIABLE):
        server_of("postgresql:a", {})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_spoken_to_as_it_is(host: str) -> None:
    given = server_of("postgresql:a", {VARIABLE: f"postgresql://ann:x@{host}/d"}).options()
    assert "ssl_context" not in given and given["port"] == 5432


def test_other_machines_are_spoken_to_under_tls_alone_their_certificate_checked() -> None:
    context = server_of("postgresql:a", {VARIABLE: ADDRESS}).options()["ssl_context"]
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname


def test_a_socket_is_named_by_its_folder() -> None:
    given = server_of("postgresql:a", {VARIABLE: "postgresql://ann@/d?host=/var/run/postgresql"}).options()
    assert given["unix_sock"] == "/var/run/postgresql/.s.PGSQL.5432" and given["password"] is None
    assert "host" not in given


def test_no_driver_is_loaded_where_the_store_is_a_file() -> None:
    script = "import sys; from fraudmatch.store import access; print('pg8000' in sys.modules, 'sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
    assert isinstance(server_of("postgresql:a", {VARIABLE: ADDRESS}), Server)
