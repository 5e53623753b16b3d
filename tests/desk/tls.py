"""TLS for tests: certificates that sign themselves, and a server that ends TLS before a desk."""

from __future__ import annotations

import datetime as dt
import select
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate_of(folder: Path, *names: str) -> tuple[Path, Path]:
    """A certificate for names, which signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "server.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(written)
    return folder / "server.crt", folder / "server.key"


class Front:
    """A server that ends TLS and hands every connection on, byte by byte."""

    def __init__(self, certificate: tuple[Path, Path], behind: int) -> None:
        self._behind, self._context = behind, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with (
            suppress(OSError),
            self._context.wrap_socket(line, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", self._behind), timeout=20) as inside,
        ):
            while True:
                readable, _, _ = select.select([outside, inside], [], [], 20)
                for one, other in ((outside, inside), (inside, outside)):
                    if one in readable:
                        if not (part := one.recv(65_536)):
                            return
                        other.sendall(part)
                        while one is outside and outside.pending():
                            inside.sendall(outside.recv(65_536))
                if not readable:
                    return

    def close(self) -> None:
        self._listening.close()
