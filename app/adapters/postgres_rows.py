"""Rows of the ledger as the domain sees them."""

import json
from datetime import UTC

import asyncpg

from app.adapters.money import whole
from app.domain.reasons import Reason
from app.domain.scoring import Decision, Outcome
from app.domain.transactions import Transaction
from app.ports.decisions import Decided


def payment_of(row: asyncpg.Record, *, time: int) -> Transaction:
    """`time` is in seconds since the epoch: each statement has its own name for that."""
    ids = row["transaction_id"], row["customer_id"], row["terminal_id"]
    return Transaction(*ids, amount=whole(row["amount_cents"]), time=time)


def decided_of(payment: Transaction, row: asyncpg.Record) -> Decided:
    """What was recorded of a payment."""
    decision = Decision(
        Outcome(row["decision"]),
        row["score"],
        tuple(Reason(*one) for one in json.loads(row["reasons"])),
        row["model_version"],
        row["rules_version"],
    )
    return Decided(payment, decision, row["degraded"], row["decided_at"].astimezone(UTC))
