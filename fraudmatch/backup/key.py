"""The key of a site's backups: whoever holds it can read them and make them, nobody else can do either.

The file holds one age identity (X25519, as `age-keygen` writes it). age encrypts to a public key, and so
anybody could make a file that the key opens; therefore a second key, derived from the identity, signs
what a backup says it holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fraudmatch.errors import BackupError

_PURPOSE = b"fraudmatch-backup-v1"


@dataclass(frozen=True)
class Key:
    """A key ready for use.

    Attributes:
        identity: opens what was encrypted. recipient: encrypts.
        mark: a few characters that tell two keys apart and give nothing away.
    """

    identity: Any = field(repr=False)
    recipient: Any = field(repr=False)
    secret: bytes = field(repr=False)
    mark: str

    def sign(self, content: bytes) -> str:
        """HMAC-SHA-256 of content, in hexadecimal digits."""
        return hmac.new(self.secret, content, hashlib.sha256).hexdigest()


def new_key(path: Path) -> Key:
    """Make a key file that only its owner may read.

    Raises:
        BackupError: the file is there already, or cannot be written.
    """
    from pyrage import x25519

    text = (
        "# The key of this site's backups. Without it they cannot be read; whoever has it can read them all.\n"
        "# Keep a copy away from this machine, and give one to each partner that stands in.\n"
        f"{x25519.Identity.generate()}\n"
    )
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise BackupError(
            f"{path} is there already.", remedy="Use it, or name another file; a key is never overwritten."
        ) from None
    except OSError as error:
        raise BackupError(
            f"{path} cannot be written: {error.strerror}.", remedy="Name another file."
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return read_key(path)


def read_key(path: Path) -> Key:
    """The key in a file.

    Raises:
        BackupError: there is no such file, others may read it, or it holds no key.
    """
    from pyrage import IdentityError, x25519

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(
            f"The key {path} cannot be read.", remedy=f"Make one with: fraudmatch backup --new-key {path}"
        ) from error
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BackupError(f"Others may read the key {path}.", remedy=f"Shut them out: chmod 600 {path}")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    with contextlib.suppress(IdentityError):
        if len(lines) == 1:
            identity = x25519.Identity.from_str(lines[0])
            secret = hmac.new(lines[0].encode("ascii"), _PURPOSE, hashlib.sha256).digest()
            mark = hmac.new(secret, b"mark", hashlib.sha256).hexdigest()[:8]
            return Key(identity, identity.to_public(), secret, mark)
    raise BackupError(f"{path} holds no key of backups.", remedy="Give the file that --new-key made.")
