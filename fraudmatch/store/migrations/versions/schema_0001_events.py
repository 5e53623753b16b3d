"""The events, append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NEVER = """
CREATE TRIGGER outcome_events_no_{what} BEFORE {what} ON outcome_events
BEGIN SELECT RAISE(ABORT, 'decisions are never changed or removed'); END
"""
# INSERT OR REPLACE removes rows without asking the trigger above; so nothing may be inserted that would
# replace a row, nor anything but the next number.
_NEXT_ONLY = """
CREATE TRIGGER outcome_events_next_only BEFORE INSERT ON outcome_events
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM outcome_events)
  OR EXISTS (SELECT 1 FROM outcome_events WHERE idempotency_key = NEW.idempotency_key)
  OR EXISTS (SELECT 1 FROM outcome_events WHERE supersedes = NEW.supersedes)
  OR (NEW.supersedes IS NULL AND EXISTS (SELECT 1 FROM outcome_events WHERE flag_key = NEW.flag_key))
BEGIN SELECT RAISE(ABORT, 'events are added at the end, each once'); END
"""


def upgrade() -> None:
    """Make the table, its constraints and triggers."""
    op.create_table(
        "outcome_events",
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
        sa.Column("value_actual_pence", sa.BigInteger),
        sa.Column("value_estimate_pence", sa.BigInteger),
        sa.Column("value_notional_pence", sa.BigInteger),
        sa.Column("value_prevented_pence", sa.BigInteger),
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
    op.create_index(
        "one_first_event_a_flag",
        "outcome_events",
        ["flag_key"],
        unique=True,
        sqlite_where=sa.text("supersedes IS NULL"),
        postgresql_where=sa.text("supersedes IS NULL"),
    )
    for statement in (_NEVER.format(what="UPDATE"), _NEVER.format(what="DELETE"), _NEXT_ONLY):
        op.execute(statement)
