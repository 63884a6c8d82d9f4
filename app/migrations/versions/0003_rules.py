"""Rules and lists, who changed them when, and which version judged a payment."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_AUDIT_ONLY_GROWS = """
CREATE FUNCTION rules_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit only grows (% refused)', TG_OP;
END $$
"""
_GUARD_AUDIT = """
CREATE TRIGGER rules_audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON rules_audit
FOR EACH STATEMENT EXECUTE FUNCTION rules_audit_only_grows()
"""
_RULES_ARE_FIXED = """
CREATE FUNCTION rule_sets_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'rule set % is evidence', OLD.version;
    END IF;
    IF NEW.version <> OLD.version OR OLD.state <> 'draft'
        AND (NEW.definition <> OLD.definition OR NEW.state = 'draft') THEN
        RAISE EXCEPTION 'rule set % was live: make another version', OLD.version;
    END IF;
    RETURN NEW;
END $$
"""
_GUARD_RULES = """
CREATE TRIGGER rule_sets_are_fixed BEFORE UPDATE OR DELETE ON rule_sets
FOR EACH ROW EXECUTE FUNCTION rule_sets_are_fixed()
"""


def upgrade() -> None:
    """Three tables, and a column that old replicas need not know while they are replaced."""
    op.create_table(
        "rule_sets",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False, server_default="draft"),
        sa.Column("definition", JSONB, nullable=False, comment="app.definitions.Definition"),
        sa.Column("author", sa.Text, nullable=False, comment="Who wrote it last."),
        _moment("created_at", default=True),
        sa.Column(
            "edition", sa.Integer, nullable=False, server_default="1",
            comment="Counts how often the draft was written.",
        ),
        sa.Column("test", JSONB, comment="What the last test run of this edition found."),
        _moment("tested_at"),
        sa.Column("live_by", sa.Text),
        _moment("live_at"),
        sa.CheckConstraint("version > 0", name="rule_sets_version_positive"),
        sa.CheckConstraint("state IN ('draft', 'live', 'retired')", name="rule_sets_state_known"),
    )  # fmt: skip
    op.create_index(
        "rule_sets_one_live", "rule_sets", ["state"], unique=True,
        postgresql_where=sa.text("state = 'live'"),
    )  # fmt: skip
    op.create_table(
        "list_entries",
        sa.Column("list", sa.Text, primary_key=True),
        sa.Column("party", sa.Text, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        _moment("added_at", default=True),
        _moment("expires_at"),
        sa.CheckConstraint("party IN ('customer', 'terminal')", name="list_entries_party_known"),
    )
    op.create_table(
        "rules_audit",
        sa.Column("audit_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _moment("at", default=True),
        sa.Column("actor", sa.Text, nullable=False, comment="As given by the client."),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
    )
    op.add_column(
        "decisions", sa.Column("rules_version", sa.Integer, nullable=False, server_default="0")
    )
    for statement in (_AUDIT_ONLY_GROWS, _GUARD_AUDIT, _RULES_ARE_FIXED, _GUARD_RULES):
        op.execute(statement)


def _moment(name: str, *, default: bool = False) -> sa.Column[object]:
    now = sa.func.clock_timestamp() if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not default, server_default=now)


def downgrade() -> None:
    """Who changed which rule is evidence: no command of ours drops it."""
    raise NotImplementedError("restore a backup instead")
