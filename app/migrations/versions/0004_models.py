"""Models, what they were held against, and which of them decides: a history that only grows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

_ROLES = """
CREATE VIEW model_roles AS
SELECT DISTINCT ON (alias) alias, version, move_id, moved_at
FROM model_moves ORDER BY alias, move_id DESC
"""

_ALLOWED = """
CREATE FUNCTION model_move_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    live text := (SELECT version FROM model_roles WHERE alias = 'champion');
    earlier text := (SELECT version FROM model_roles WHERE alias = 'previous');
BEGIN
    IF NEW.kind = 'rollback' AND NEW.alias = 'champion'
            AND NEW.version IS DISTINCT FROM earlier THEN
        RAISE EXCEPTION 'a rollback goes to the previous model (%), not to %',
            coalesce(earlier, 'there is none'), NEW.version USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'promotion' AND EXISTS (
        SELECT FROM model_moves WHERE kind = 'rollback' AND rolled_back = NEW.version
    ) THEN
        RAISE EXCEPTION 'model % was rolled back: only a person may bring it back, by force',
            NEW.version USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'promotion' AND NEW.alias = 'champion' AND NOT EXISTS (
        SELECT FROM model_gates
        WHERE gate_id = NEW.gate_id AND version = NEW.version AND passed
          AND against = coalesce(live, against)
    ) THEN
        RAISE EXCEPTION 'model % has not passed a gate against %',
            NEW.version, coalesce(live, 'the live model') USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
"""Whoever writes, by whatever way: no champion without a gate, a way back, or a stated reason."""

_GUARD = """
CREATE TRIGGER model_moves_allowed BEFORE INSERT ON model_moves
FOR EACH ROW EXECUTE FUNCTION model_move_allowed()
"""
_ONLY_GROWS = """
CREATE FUNCTION history_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$
"""


def upgrade() -> None:
    """The registry, what challengers said in the shadow, and how far payments drifted."""
    _registry()
    op.execute(_ROLES)
    op.execute(_ALLOWED)
    op.execute(_GUARD)
    op.execute(_ONLY_GROWS)
    for table in ("models", "model_gates", "model_moves"):
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION history_only_grows()"
        )
    _shadow()
    _drift()


def _registry() -> None:
    op.create_table(
        "models",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("card", JSONB, nullable=False),
        sa.Column("artifact", sa.LargeBinary, nullable=False, comment="ONNX"),
        sa.Column("published_by", sa.Text, nullable=False),
        _now("published_at"),
        sa.CheckConstraint("version ~ '^[a-z0-9][a-z0-9._-]{0,99}$'", name="models_version_named"),
        sa.CheckConstraint("encode(sha256(artifact), 'hex') = sha256", name="models_whole"),
    )
    op.create_table(
        "model_gates",
        sa.Column("gate_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _version("version"),
        sa.Column("against", sa.Text, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("checks", JSONB, nullable=False, comment="{check, passed, found, needed}"),
        sa.Column("judged_by", sa.Text, nullable=False),
        _now("judged_at"),
    )
    op.create_table(
        "model_moves",
        sa.Column("move_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("alias", sa.Text, nullable=False),
        _version("version", nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("gate_id", sa.BigInteger, sa.ForeignKey("model_gates.gate_id")),
        sa.Column("rolled_back", sa.Text, comment="By a rollback: the version that it took away."),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _now("moved_at"),
        sa.CheckConstraint(
            "alias IN ('champion', 'challenger', 'previous')", name="model_moves_alias_known"
        ),
        sa.CheckConstraint(
            "kind IN ('promotion', 'forced', 'rollback', 'challenge', 'withdrawal')"
            " AND (alias <> 'champion' OR kind IN ('promotion', 'forced', 'rollback'))",
            name="model_moves_kind_known",
        ),
        sa.CheckConstraint(
            "alias <> 'champion' OR version IS NOT NULL", name="model_moves_someone_decides"
        ),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reason)) >= 3", name="model_moves_say_why"
        ),
    )
    op.create_index("model_moves_of_alias", "model_moves", ["alias", "move_id"])


def _shadow() -> None:
    """Four bytes hold a score: the models answer in single precision."""
    op.create_table(
        "shadow_scores",
        sa.Column("challenger", sa.Text, primary_key=True),
        sa.Column("transaction_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("champion", sa.Text, nullable=False),
        sa.Column("champion_score", sa.REAL, nullable=False),
        sa.Column("score", sa.REAL, nullable=False),
        _now("scored_at"),
    )
    op.create_index("shadow_scores_latest", "shadow_scores", ["challenger", "scored_at"])


def _drift() -> None:
    op.create_table(
        "drift",
        sa.Column("drift_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("first", sa.DateTime(timezone=True)),
        sa.Column("last", sa.DateTime(timezone=True)),
        sa.Column("payments", sa.BigInteger, nullable=False),
        sa.Column("psi", JSONB, nullable=False, comment="By feature, and of the score."),
        _now("computed_at"),
    )


def _version(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, sa.ForeignKey("models.version"), nullable=nullable)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.func.clock_timestamp(),
    )


def downgrade() -> None:
    """Who decided when is evidence: no command of ours drops it."""
    raise NotImplementedError("restore a backup instead")
