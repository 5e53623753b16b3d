"""What people do about cases beside deciding, append-only; and who may sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NEVER = """
CREATE TRIGGER case_events_no_{what} BEFORE {what} ON case_events
BEGIN SELECT RAISE(ABORT, 'what was done about a case is never changed or removed'); END
"""
# As with decisions: INSERT OR REPLACE must find nothing that it could replace.
_NEXT_ONLY = """
CREATE TRIGGER case_events_next_only BEFORE INSERT ON case_events
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM case_events)
  OR EXISTS (SELECT 1 FROM case_events WHERE idempotency_key = NEW.idempotency_key)
  OR NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM case_events WHERE case_key = NEW.case_key)
BEGIN SELECT RAISE(ABORT, 'acts are added at the end, each once'); END
"""


def upgrade() -> None:
    """Make both tables and the triggers."""
    op.create_table(
        "case_events",
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
    op.create_table(
        "accounts",
        sa.Column("username", sa.String(100), primary_key=True),
        sa.Column("display_name", sa.String(200), nullable=False),
        sa.Column("partner", sa.String(31)),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("password_hash", sa.String(300)),
        sa.Column("active", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
    )
    for statement in (_NEVER.format(what="UPDATE"), _NEVER.format(what="DELETE"), _NEXT_ONLY):
        op.execute(statement)
