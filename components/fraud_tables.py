"""What a verification may hold against the original: the service's rows that never change."""

from components.verification_job.comparing import Table

FRAUD_TABLES = (
    Table(
        name="transactions",
        moment="recorded_at",
        columns=(
            "transaction_id",
            "customer_id",
            "terminal_id",
            "amount_cents",
            "time",
            "recorded_at",
        ),
    ),
    Table(
        name="decisions",
        moment="decided_at",
        columns=(
            "transaction_id",
            "decision",
            "score",
            "reasons",
            "model_version",
            "rules_version",
            "degraded",
            "decided_at",
        ),
    ),
    Table(
        name="labels",
        moment="told_at",
        columns=("label_id", "transaction_id", "fraud", "source", "told_at"),
    ),
)
