"""Encrypted deliveries: age files, and workbooks locked with a password.

Keys come from the environment of the run, as a variable or as a file that a variable names, and never from
the site folder: what lies beside the lock opens it for everybody. The libraries are an extra of their own:

    pip install 'fraudmatch[encrypted]'
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fraudmatch.errors import SiteError
from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.kinds import is_sealed_workbook, kind_of
from fraudmatch.extract.room import Room

AGE_KEY, PASSWORD = "FRAUDMATCH_AGE_KEY", "FRAUDMATCH_WORKBOOK_PASSWORD"
_FILE = "_FILE"


@dataclass(frozen=True)
class Keys:
    """What opens deliveries. Never printed.

    Attributes:
        age: identities ("AGE-SECRET-KEY-1…").
        passwords: of workbooks; tried one after another.
    """

    age: tuple[str, ...] = field(default=(), repr=False)
    passwords: tuple[str, ...] = field(default=(), repr=False)


NO_KEYS = Keys()


def keys_from(environment: Keyed[str, str], *, site: Path | None = None) -> Keys:
    """The keys that the environment names, one a line; among age keys lines that begin with # are notes.

    Args:
        site: its folder, in which no key may lie; null when there is none.

    Raises:
        SiteError: a file of keys lies in the site folder, or cannot be read.
    """
    return Keys(*(_lines(environment, name, site) for name in (AGE_KEY, PASSWORD)))


def _lines(environment: Keyed[str, str], name: str, site: Path | None) -> tuple[str, ...]:
    text = environment.get(name, "")
    place = environment.get(name + _FILE)
    if place:
        path = Path(place).resolve()
        if site is not None and path.is_relative_to(site.resolve()):
            raise SiteError(
                f"{name + _FILE} names a file inside the site folder.",
                remedy="Keep keys away from what they open: move the file elsewhere and name its new place.",
            )
        try:
            text += "\n" + path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SiteError(
                f"{name + _FILE} names a file that cannot be read.",
                remedy="Check the path, and that the one who runs the night may read it.",
            ) from error
    if name == PASSWORD:  # blanks and # may belong to it
        return tuple(line for line in text.replace("\r", "").split("\n") if line)
    lines = (line.strip() for line in text.split("\n"))
    return tuple(line for line in lines if line and not line.startswith("#"))


def decrypt(content: bytes, encryption: str, keys: Keys, *, limit: int) -> bytes:
    """The content without the encryption that the mapping declares.

    Args:
        encryption: none, age or password.
        limit: bytes it may grow to.

    Raises:
        Refused: CONTAINER_ENCRYPTED (no key, no fitting key, the extra is missing), CONTENT_TYPE_MISMATCH
            when it is not encrypted though it should be, CONTAINER_CORRUPT.
    """
    if encryption == "none":
        return content
    sealed = kind_of(content) == "age" if encryption == "age" else is_sealed_workbook(content)
    if not sealed:
        detail = (
            f'declared encryption = "{encryption}", but it is not encrypted so; it may have come in the clear'
        )
        raise Refused([Fault("CONTENT_TYPE_MISMATCH", detail=detail)])
    opened = _open_age(content, keys) if encryption == "age" else _open_workbook(content, keys)
    Room(len(content), limit).take(len(opened))
    return opened


def _open_age(content: bytes, keys: Keys) -> bytes:
    pyrage = _library("pyrage")
    if not keys.age:
        raise _no_key(AGE_KEY)
    try:
        identities = [pyrage.x25519.Identity.from_str(key) for key in keys.age]
    except pyrage.IdentityError as error:
        raise _sealed(f"a line of {AGE_KEY} is no age identity") from error
    try:
        return bytes(pyrage.decrypt(content, identities))
    except pyrage.DecryptError as error:
        raise _sealed("no key that was given opens it, or it is damaged") from error


def _open_workbook(content: bytes, keys: Keys) -> bytes:
    msoffcrypto = _library("msoffcrypto")
    if not keys.passwords:
        raise _no_key(PASSWORD)
    for password in keys.passwords:
        try:
            book = msoffcrypto.OfficeFile(io.BytesIO(content))
            book.load_key(password=password, verify_password=True)
            out = io.BytesIO()
            book.decrypt(out, verify_integrity=True)
            return out.getvalue()
        except msoffcrypto.exceptions.InvalidKeyError:
            continue
        except Exception as error:  # whatever the library meets in a hostile file
            raise Refused([Fault("CONTAINER_CORRUPT", detail="the locked workbook is damaged")]) from error
    raise _sealed("no password that was given opens it")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise _sealed("what opens it is not installed: pip install 'fraudmatch[encrypted]'") from error


def _no_key(name: str) -> Refused:
    return _sealed(f"no key was given; set {name} or {name + _FILE} (docs/intake.md)")


def _sealed(detail: str) -> Refused:
    return Refused([Fault("CONTAINER_ENCRYPTED", detail=detail)])
