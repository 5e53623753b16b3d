"""Where the store of a site lies: a file in its folder, or a schema of a PostgreSQL server."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from fraudmatch.errors import SiteError

#: The variable of the environment that says where the server is, and the one that names a file which says it.
VARIABLE, FILE_VARIABLE = "FRAUDMATCH_STORE", "FRAUDMATCH_STORE_FILE"
#: What `store` in site.toml may say: the kind of server, and the schema that is this site's alone.
FORM = re.compile(r"postgresql:(?P<schema>[a-z][a-z0-9_]{0,39})")

_HERE = ("localhost", "127.0.0.1", "::1", "")
_EXAMPLE = "postgresql://user:password@host:5432/database"


@dataclass(frozen=True)
class Server:
    """A schema of a PostgreSQL server.

    Attributes:
        schema: of one site. host / port / database / user: where and as whom; a host that begins with / is the folder
            of a socket. password: never printed. root_certificate: who signed the server's; null = those the machine trusts.
    """

    schema: str
    host: str
    database: str
    user: str
    port: int = 5432
    password: str | None = field(default=None, repr=False)
    root_certificate: str | None = None

    def __str__(self) -> str:
        return f"schema {self.schema} of postgresql://{self.host}:{self.port}/{self.database}"

    @property
    def name(self) -> str:
        """As short as a file's name."""
        return f"postgresql:{self.schema}"

    def options(self) -> dict[str, Any]:
        """What the driver is given. Other machines are spoken to under TLS alone, their certificate checked."""
        given: dict[str, Any] = {"user": self.user, "password": self.password, "database": self.database}
        if self.host.startswith("/"):
            return given | {"unix_sock": f"{self.host}/.s.PGSQL.{self.port}"}
        given |= {"host": self.host, "port": self.port}
        if self.host not in _HERE or self.root_certificate:
            given["ssl_context"] = ssl.create_default_context(cafile=self.root_certificate)
        return given


Place = Path | Server


def server_of(told: str, environment: Mapping[str, str]) -> Server:
    """The server that `store` of site.toml means; where it is and the password come from the environment alone.

    Raises:
        SiteError: `store` or the variable is missing or not understood. It never repeats what the variable says.
    """
    form = FORM.fullmatch(told)
    if form is None:
        raise SiteError(
            f"store = {told!r} in site.toml is not understood.",
            remedy='Write store = "postgresql:name_of_this_site", or leave it out.',
        )
    address = environment.get(VARIABLE, "")
    if not address and environment.get(FILE_VARIABLE):
        try:
            address = Path(environment[FILE_VARIABLE]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SiteError(
                f"The file that {FILE_VARIABLE} names cannot be read.", remedy="Correct it."
            ) from error
    if not address:
        raise SiteError(
            f"The store of this site is on a server, and {VARIABLE} does not say where.",
            remedy=f"Set {VARIABLE}={_EXAMPLE}, or {FILE_VARIABLE} to a file that says it.",
        )
    return _read(form["schema"], address)


def _read(schema: str, address: str) -> Server:
    try:
        parts = urlsplit(address)
        more = (
            {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
            if parts.query
            else {}
        )
        host, port = (
            more.pop("host", parts.hostname or "localhost"),
            int(more.pop("port", parts.port or 5432)),
        )
        certificate = more.pop("sslrootcert", None)
        database = unquote(parts.path.lstrip("/"))
        if parts.scheme not in ("postgresql", "postgres") or not database or not parts.username or more:
            raise ValueError
    except ValueError:
        raise SiteError(
            f"What {VARIABLE} says is not understood.",
            remedy=f"Write {_EXAMPLE}; ?host=/folder names a socket, ?sslrootcert=/file a certificate.",
        ) from None
    password = unquote(parts.password) if parts.password is not None else None
    return Server(schema, host, database, unquote(parts.username), port, password, certificate)
