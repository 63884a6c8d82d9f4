"""Payments as they came, and what was decided of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

_TIMEOUTS = """
DO $$ BEGIN
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET statement_timeout = %L',
                   current_database(), '2s');
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET lock_timeout = %L',
                   current_database(), '1s');
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET '
                   'idle_in_transaction_session_timeout = %L', current_database(), '5s');
END $$
"""
"""The server gives up before the client does. A transaction pooler passes no session settings on,
so they belong to the role."""


def upgrade() -> None:
    """Two tables: history has payments that nobody decided."""
    op.create_table(
        "transactions",
        sa.Column("transaction_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("terminal_id", sa.BigInteger, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fraud", sa.Boolean, comment="Unknown until someone says so."),
        sa.Column("windowed", sa.Boolean, nullable=False, comment="Redis has taken it."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.CheckConstraint("amount_cents >= 0", name="transactions_amount_not_negative"),
    )
    op.create_table(
        "decisions",
        sa.Column(
            "transaction_id",
            sa.BigInteger,
            sa.ForeignKey("transactions.transaction_id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("reasons", JSONB, nullable=False, comment="[code, text, contribution]"),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("degraded", sa.Boolean, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_told", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint(
            "decision IN ('approve', 'review', 'decline')", name="decisions_decision_known"
        ),
    )
    # Windows from here when Redis can not give them: answered from the index alone.
    op.create_index(
        "transactions_of_customer",
        "transactions",
        ["customer_id", "time", "transaction_id"],
        postgresql_include=["amount_cents"],
    )
    op.create_index(
        "transactions_of_terminal",
        "transactions",
        ["terminal_id", "time", "transaction_id"],
        postgresql_include=["fraud"],
    )
    # What fills Redis again: what was recorded since a moment, and what it missed.
    op.create_index("transactions_by_recording", "transactions", ["recorded_at", "transaction_id"])
    op.create_index(
        "transactions_not_windowed",
        "transactions",
        ["transaction_id"],
        postgresql_where=sa.text("NOT windowed"),
    )
    op.execute(_TIMEOUTS)


def downgrade() -> None:
    """Decisions are evidence: no command of ours drops them."""
    raise NotImplementedError("restore a backup instead")
