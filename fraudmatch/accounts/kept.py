"""Accounts in the store of a site, every change with its entry in the ledger, in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from fraudmatch.accounts.account import Account, checked
from fraudmatch.accounts.password import fits, hashed
from fraudmatch.errors import DecisionError
from fraudmatch.ledger.chain import Keyed, append
from fraudmatch.ledger.entry import Act
from fraudmatch.site import Site
from fraudmatch.store.access import Driver, ready, transaction
from fraudmatch.store.words import in_words, stamp

_NAMES = ("username", "display_name", "partner", "roles", "password_hash", "active", "changed_at")
_SELECT = f"SELECT {', '.join(_NAMES)} FROM accounts"


@dataclass(frozen=True)
class Known:
    """An account as it is now.

    Attributes:
        mark: a digest of all of it, password and moment of its last change too: another one = it was changed. What was
            begun with one mark (a session) ends with it, whatever changed and whoever changed it, from here or elsewhere.
    """

    account: Account
    mark: str


class Accounts:
    """The accounts of a site; its store is made where there is none."""

    def __init__(self, site: Site) -> None:
        self._site, self._place = site, site.outcomes_store
        with in_words(self._place, "cannot be opened"):
            ready(self._place)

    def all(self) -> list[Account]:
        """Every account, ended ones too, by username.

        Raises:
            StoreError: the store cannot be read.
        """
        with transaction(self._place) as connection:
            rows = connection.execute(f"{_SELECT} ORDER BY username").fetchall()
        return [_account(dict(zip(_NAMES, row, strict=True))) for row in rows]

    def find(self, username: str) -> Account | None:
        """The account by that name, ended or not; None where there is none."""
        known = self.known(username)
        return known.account if known else None

    def known(self, username: str) -> Known | None:
        """The account by that name as it is now, ended or not; None where there is none."""
        with transaction(self._place) as connection:
            row = _row_of(connection, username)
        return _known(row) if row else None

    def who(self, username: str, password: str) -> Known | None:
        """The account that may sign in with these words; None, after the same time, where there is none."""
        with transaction(self._place) as connection:
            row = _row_of(connection, username)
        right = fits(row["password_hash"] if row else None, password)
        return _known(row) if row and right and row["active"] else None

    def add(self, account: Account, password: str | None, *, by: str, recorded_at: dt.datetime) -> Account:
        """Keep a new account.

        Args:
            password: null = the person cannot sign in with one. by: who does it. recorded_at: now, with a time zone.

        Raises:
            DecisionError: there is one by that name, or it cannot be kept. StoreError: it was not kept.
        """
        checked(account, self._site.partner_ids)
        row = _row(account, hashed(password) if password is not None else None, recorded_at)
        with transaction(self._place, writes=True) as connection:
            if _row_of(connection, account.username):
                raise DecisionError(f"There is an account {account.username}; nothing was changed.")
            marks = ", ".join("?" * len(_NAMES))
            connection.execute(
                f"INSERT INTO accounts ({', '.join(_NAMES)}) VALUES ({marks})", [row[name] for name in _NAMES]
            )
            _enter(connection, None, row, by)
        return account

    def change(
        self, account: Account, *, by: str, recorded_at: dt.datetime, password: str | None = None
    ) -> Account:
        """Keep an account as it is to be from now on.

        Args:
            password: the new one; null = the one it has stays.

        Raises:
            DecisionError: there is none by that name, or it cannot be kept. StoreError: it was not kept.
        """
        checked(account, self._site.partner_ids)
        new = hashed(password) if password is not None else None
        with transaction(self._place, writes=True) as connection:
            before = _row_of(connection, account.username)
            if before is None:
                raise DecisionError(f"There is no account {account.username}; nothing was changed.")
            row = _row(account, new or before["password_hash"], recorded_at)
            _write(connection, row)
            _enter(connection, before, row, by)
        return account

    def end_of(self, partner: str, *, by: str, recorded_at: dt.datetime) -> list[str]:
        """End every account of a partner that left: nobody of it signs in, and names and passwords go; usernames of those.

        The username stays, since the ledger names it. Done again, it changes nothing.

        Raises:
            StoreError: none was ended.
        """
        with transaction(self._place, writes=True) as connection:
            asked = (
                f"{_SELECT} WHERE partner = ? AND (active = 1 OR password_hash IS NOT NULL) ORDER BY username"
            )
            rows = [
                dict(zip(_NAMES, row, strict=True))
                for row in connection.execute(asked, (partner,)).fetchall()
            ]
            for before in rows:
                row = before | {
                    "display_name": "erased", "password_hash": None, "active": 0, "changed_at": stamp(recorded_at)
                }  # fmt: skip
                _write(connection, row)
                _enter(connection, before, row, by)
        return [row["username"] for row in rows]


def _write(connection: Driver, row: dict[str, Any]) -> None:
    sets = ", ".join(f"{name} = ?" for name in _NAMES[1:])
    values = [*(row[name] for name in _NAMES[1:]), row["username"]]
    connection.execute(f"UPDATE accounts SET {sets} WHERE username = ?", values)


def _enter(connection: Driver, before: dict[str, Any] | None, row: dict[str, Any], by: str) -> None:
    keyed = Keyed(connection)
    changed = sorted(name for name in _NAMES[1:-1] if before is None or before[name] != row[name])
    act = Act(
        "account.changed", by, row["username"], row["partner"],
        before=keyed.digest(before) if before else None, after=keyed.digest(row), detail={"changed": changed},
    )  # fmt: skip
    append(connection, [act], row["changed_at"])


def _row_of(connection: Driver, username: str) -> dict[str, Any] | None:
    row = connection.execute(f"{_SELECT} WHERE username = ?", (username,)).fetchone()
    return dict(zip(_NAMES, row, strict=True)) if row else None


def _row(account: Account, password_hash: str | None, recorded_at: dt.datetime) -> dict[str, Any]:
    return {
        "username": account.username, "display_name": account.display_name, "partner": account.partner,
        "roles": json.dumps(sorted(account.roles), separators=(",", ":")), "password_hash": password_hash,
        "active": int(account.active), "changed_at": stamp(recorded_at),
    }  # fmt: skip


def _known(row: dict[str, Any]) -> Known:
    told = json.dumps([row[name] for name in _NAMES], ensure_ascii=True)
    return Known(_account(row), hashlib.sha256(told.encode("ascii")).hexdigest())


def _account(row: dict[str, Any]) -> Account:
    return Account(
        row["username"],
        row["display_name"],
        row["partner"],
        tuple(json.loads(row["roles"])),
        bool(row["active"]),
    )
