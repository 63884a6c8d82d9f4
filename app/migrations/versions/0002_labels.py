"""What became of payments, and who said so when."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSE = """
CREATE FUNCTION labels_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'labels are evidence: tell a new one instead (% refused)', TG_OP;
END $$
"""
_ONLY_GROWS = """
CREATE TRIGGER labels_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON labels
FOR EACH STATEMENT EXECUTE FUNCTION labels_only_grow()
"""


def upgrade() -> None:
    """A table that only grows; the newest label stays beside its payment."""
    op.create_table(
        "labels",
        sa.Column("label_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "transaction_id",
            sa.BigInteger,
            sa.ForeignKey("transactions.transaction_id"),
            nullable=False,
        ),
        sa.Column("fraud", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False, comment="Who or what said so."),
        sa.Column(
            "told_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
    )
    op.create_index("labels_of_transaction", "labels", ["transaction_id", "label_id"])
    op.create_index("labels_by_telling", "labels", ["told_at", "label_id"])
    op.create_table(
        "labels_waiting",
        sa.Column(
            "transaction_id",
            sa.BigInteger,
            sa.ForeignKey("transactions.transaction_id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("label_id", sa.BigInteger, sa.ForeignKey("labels.label_id"), nullable=False),
        comment="The newest labels that Redis has not taken yet.",
    )
    op.execute(_REFUSE)
    op.execute(_ONLY_GROWS)


def downgrade() -> None:
    """Labels are evidence: no command of ours drops them."""
    raise NotImplementedError("restore a backup instead")
