"""Accounts held to the ledger: each is as the newest entry about it says."""

from __future__ import annotations

from fraudmatch.ledger.chain import Keyed, head_of
from fraudmatch.ledger.verify import Fault
from fraudmatch.store.access import Driver


def altered_account(connection: Driver) -> Fault | None:
    """The first entry whose account is gone or not what was entered, or an account that was never entered.

    Somebody with rights over the file could else give themselves a role or a password and be seen by nobody.
    """
    asked = (
        "SELECT object, seq, after_digest FROM ledger WHERE seq IN "
        "(SELECT max(seq) FROM ledger WHERE action = 'account.changed' GROUP BY object) ORDER BY seq"
    )
    entered = {name: (seq, digest) for name, seq, digest in connection.execute(asked).fetchall()}
    kept = _digests(connection)
    for name, (seq, digest) in entered.items():
        if name not in kept:
            return Fault(seq, "enters an account that is not in the store any more")
        if kept[name] != digest:
            return Fault(seq, "enters an account that is another one now: its digest does not fit")
    if kept.keys() - entered.keys():
        return Fault(head_of(connection).seq + 1, "is missing: an account has no entry")
    return None


def _digests(connection: Driver) -> dict[str, str]:
    """Username -> keyed digest of the account as it is."""
    keyed, cursor = Keyed(connection), connection.execute("SELECT * FROM accounts")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["username"]: keyed.digest(row) for row in rows}
