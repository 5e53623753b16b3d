"""The tables of the store as this program expects them; the migrations make them.

Plain SQL that a server understands too. What one person must not do to another's decision is held by
constraints, so that no program can: the first event about a flag supersedes nothing, each later one
supersedes one event about the same flag, and no event is superseded twice.
"""

from __future__ import annotations

import sqlalchemy as sa

from fraudmatch.schemas import VALUE_CLASSES
from fraudmatch.store.version import SCHEMA_VERSION as SCHEMA_VERSION

METADATA = sa.MetaData()

EVENTS = sa.Table(
    "outcome_events",
    METADATA,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("idempotency_key", sa.String(100), nullable=False, unique=True),
    sa.Column("recorded_at", sa.String(20), nullable=False),
    sa.Column("supersedes", sa.Integer, unique=True),
    sa.Column("flag_key", sa.String(32), nullable=False),
    sa.Column("rule_id", sa.String(40), nullable=False),
    sa.Column("rule_version", sa.Integer),
    sa.Column("partner", sa.String(31), nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(40)),
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_on", sa.Date, nullable=False),
    sa.Column("minutes", sa.Integer),
    *(sa.Column(f"value_{kind}_pence", sa.BigInteger) for kind in VALUE_CLASSES),
    sa.Column("note", sa.Text),
    sa.Column("left_ref", sa.Text),
    sa.Column("right_ref", sa.Text),
    sa.Column("basis", sa.Text),
    sa.UniqueConstraint("flag_key", "sequence", name="one_flag_an_event"),
    sa.ForeignKeyConstraint(
        ["flag_key", "supersedes"],
        ["outcome_events.flag_key", "outcome_events.sequence"],
        name="supersedes_the_same_flag",
    ),
)

sa.Index(
    "one_first_event_a_flag",
    EVENTS.c.flag_key,
    unique=True,
    sqlite_where=EVENTS.c.supersedes.is_(None),
    postgresql_where=EVENTS.c.supersedes.is_(None),
)

LEDGER = sa.Table(
    "ledger",
    METADATA,
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

sa.Index("ledger_by_action", LEDGER.c.action, LEDGER.c.object)

SECRETS = sa.Table(
    "store_secrets",
    METADATA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("secret", sa.LargeBinary, nullable=False),
)

#: What people did about cases beside deciding their flags, append-only as decisions are. `case_key`: the case as it was
#: called that night; `flags`: JSON list of the flag keys it had, by which it is found again tomorrow. `version`: 1, 2, …
#: of that case: two people who saw the same version cannot both write the next. `detail`: canonical JSON of
#: ids, states and dates; `note`: what the person typed, null = nothing, or erased.
CASE_EVENTS = sa.Table(
    "case_events",
    METADATA,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("idempotency_key", sa.String(100), nullable=False, unique=True),
    sa.Column("recorded_at", sa.String(20), nullable=False),
    sa.Column("case_key", sa.String(16), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("partner", sa.String(31), nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("flags", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
    sa.UniqueConstraint("case_key", "version", name="one_version_a_case"),
)

#: Who may sign in. `partner`: whose records the person works on; null = the hub's. `roles`: JSON list, sorted.
#: `password_hash`: Argon2id; null = nobody can sign in with a password. Rows change; every change is in the ledger.
ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("display_name", sa.String(200), nullable=False),
    sa.Column("partner", sa.String(31)),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("password_hash", sa.String(300)),
    sa.Column("active", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.String(20), nullable=False),
)
