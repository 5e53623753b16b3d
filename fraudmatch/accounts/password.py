"""Passwords: hashed with Argon2id, checked in the same time whether the account is there or not.

Parameters are those of the library, the first choice of RFC 9106 §4 for memory-constrained use (64 MiB, 3 passes, 4 lanes).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fraudmatch.errors import ConfigurationError, DecisionError, Problem

if TYPE_CHECKING:
    from argon2 import PasswordHasher

#: Length decides; no rule about kinds of signs (NCSC and NIST SP 800-63B say the same).
LEAST, MOST = 12, 200


@cache
def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
    except ImportError as error:
        raise ConfigurationError(
            "The parts of the review desk are not installed.",
            remedy="Install them with: pip install 'fraudmatch[review]'",
        ) from error
    return PasswordHasher()


@cache
def _nobody() -> str:
    """The hash that is checked where there is no account, so that guessing names takes as long as guessing passwords."""
    return _hasher().hash("nobody has this password")


def hashed(password: str) -> str:
    """The Argon2id hash of a password, in the PHC string format.

    Raises:
        DecisionError: it is too short, too long, or one sign over and over.
    """
    if not LEAST <= len(password) <= MOST or len(set(password)) < 4:
        what = f"use {LEAST} to {MOST} characters, at least four different ones; three words are good."
        raise DecisionError("The password was not kept.", problems=[Problem("account", "password", what)])
    return _hasher().hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; never of a null hash, and no sooner."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = _hasher().verify(password_hash or _nobody(), password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None
