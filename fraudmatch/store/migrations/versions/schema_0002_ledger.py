"""The ledger: who did what, each entry chained to the one before; decisions kept so far are entered.

Everything an entry of these takes is written out here, since a migration never changes; a test holds it to
what the ledger verifies.
"""

import datetime as dt
import hashlib
import hmac
import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NEVER = """
CREATE TRIGGER ledger_no_{what} BEFORE {what} ON ledger
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed or removed'); END
"""
_NEXT_ONLY = """
CREATE TRIGGER ledger_next_only BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
  OR NEW.prev <> coalesce((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '{zeros}')
BEGIN SELECT RAISE(ABORT, 'entries are added at the end, each chained to the one before'); END
""".format(zeros="0" * 64)


def upgrade() -> None:
    """Make the tables and triggers, and an entry for each decision that is there."""
    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("role", sa.String(40)),
        sa.Column("partner", sa.String(31)),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("object", sa.String(300)),
        sa.Column("before_digest", sa.String(64)),
        sa.Column("after_digest", sa.String(64)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ledger_by_action", "ledger", ["action", "object"])
    op.create_table(
        "store_secrets",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )
    for statement in (_NEVER.format(what="UPDATE"), _NEVER.format(what="DELETE"), _NEXT_ONLY):
        op.execute(statement)
    secret = secrets.token_bytes(32)
    connection = op.get_bind()
    connection.execute(sa.text("INSERT INTO store_secrets VALUES ('digest', :secret)"), {"secret": secret})
    _enter_decisions(connection, secret)


def _enter_decisions(connection: sa.Connection, secret: bytes) -> None:
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    prev, digests = "0" * 64, {}
    events = connection.execute(sa.text("SELECT * FROM outcome_events ORDER BY sequence")).mappings().all()
    for seq, event in enumerate(events, 1):
        told = {name: value for name, value in event.items() if value is not None}
        digest = hmac.new(secret, _canonical(told), hashlib.sha256).hexdigest()
        digests[event["sequence"]] = digest
        entry = {
            "action": "decision.stood",
            "actor": "fraudmatch",
            "after_digest": digest,
            "before_digest": digests.get(event["supersedes"]),
            "detail": _canonical({"event": event["sequence"]}).decode("ascii"),
            "object": event["flag_key"],
            "partner": event["partner"],
            "recorded_at": now,
            "role": None,
            "seq": seq,
        }
        made = hashlib.sha256(b"fraudmatch-ledger-v1" + bytes.fromhex(prev) + _canonical(entry)).hexdigest()
        names = [*entry, "prev", "hash"]
        connection.execute(
            sa.text(
                f"INSERT INTO ledger ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
            ),
            entry | {"prev": prev, "hash": made},
        )
        prev = made


def _canonical(told: object) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")
