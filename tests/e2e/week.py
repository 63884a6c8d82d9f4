"""The held-out week, drawn once per simulator and kept beside the other built things."""

import hashlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from app.domain import simulator
from app.domain.transactions import Transaction, Transactions
from local.paths import CACHE


def held_out_week() -> Transactions:
    """Every payment of 2018-08-08 to 08-14, in time order. Drawing it takes a dozen seconds."""
    source = Path(str(simulator.__file__)).read_bytes()
    kept = CACHE / "replay" / f"{hashlib.sha256(source).hexdigest()[:16]}.npz"
    names = [column.name for column in fields(Transactions)]
    if not kept.exists():
        week = simulator.simulate().test_week()
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, **{name: getattr(week, name) for name in names})
    with np.load(kept) as columns:
        return Transactions(*(columns[name] for name in names))


def body(payment: Transaction) -> dict[str, Any]:
    """A payment as a client writes it."""
    return {
        "transaction_id": payment.transaction_id,
        "customer_id": payment.customer_id,
        "terminal_id": payment.terminal_id,
        "amount": f"{payment.amount:.2f}",
        "time": f"{np.datetime64(payment.time, 's')}Z",
    }
