"""A real PostgreSQL server for tests: made in a folder of its own, started, stopped and killed by them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD = "owner", "not a secret: 100 %"
ADDRESS_PASSWORD = "not%20a%20secret%3A%20100%20%25"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where there is no PostgreSQL."""
    there = shutil.which("pg_ctl")
    if there:
        return Path(there).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


class RealServer:
    """A server that listens on this machine alone."""

    def __init__(self, folder: Path, bin_: Path) -> None:
        self._folder, self._bin = folder, bin_
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def address(self) -> str:
        return f"postgresql://{USER}:{ADDRESS_PASSWORD}@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        password = self._folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:  # the server refuses to be root
            shutil.chown(self._folder, "postgres")
            shutil.chown(password, "postgres")
        self._run(
            "initdb", "-D", self._folder / "data", "-U", USER, "-A", "scram-sha-256", "--pwfile", password,
            "--no-sync", "-E", "UTF8", "--locale", "C",
        )  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._run(
            "pg_ctl", "-D", self._folder / "data", "-o", options, "-l", self._folder / "log", "-w", "start"
        )

    def stop(self, how: str = "fast") -> None:
        """fast: as at a shutdown; immediate: every process is killed, as by a crash."""
        self._run("pg_ctl", "-D", self._folder / "data", "-m", how, "-w", "stop")

    def _run(self, program: str, *args: object) -> None:
        whole = [str(self._bin / program), *(str(arg) for arg in args)]
        if os.geteuid() == 0:
            whole = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", *whole]
        done = subprocess.run(whole, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def real_server(bin_: Path) -> Iterator[RealServer]:
    folder = Path(tempfile.mkdtemp(prefix="fmpg"))
    server = RealServer(folder, bin_)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
