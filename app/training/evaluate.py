"""Whether the deployed service is as good as its model: its scores against the offline ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.adapters.onnx_model import load
from app.domain.features import matrix
from app.domain.simulator import Simulation
from app.domain.transactions import Flags, Floats, Ints, Transactions
from app.models import CHAMPION
from app.training.metrics import auc, average_precision


@dataclass(frozen=True, slots=True)
class Figures:
    """How well scores rank the frauds among some payments. No card is removed from them."""

    auc: float
    ap: float

    @classmethod
    def of(cls, frauds: Flags, scores: Floats) -> "Figures":
        """The two figures of a ranking."""
        return cls(auc(frauds, scores), average_precision(frauds, scores))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the service answered beside what the model says offline, of the same payments."""

    payments: int
    frauds: int
    service: Figures
    offline: Figures
    largest_difference: float
    """Of any two scores of one payment."""


def offline_scores(
    simulation: Simulation, payments: Transactions, version: str = CHAMPION
) -> Floats:
    """The model's scores of some of a simulation's payments, with features from all its past."""
    rows = matrix(simulation.transactions)[payments.ids]
    return load(version).scorer.probabilities(rows)


def compare(payments: Transactions, offline: Floats, answered: Mapping[int, float]) -> Comparison:
    """Both rankings of the payments that the service answered, by transaction id."""
    ids: Ints = np.array(list(answered), np.int64)
    place = np.minimum(np.searchsorted(payments.ids, ids), len(payments) - 1)
    unknown = ids[payments.ids[place] != ids]
    if len(unknown):
        raise ValueError(
            f"{len(unknown)} answered transactions are not among the {len(payments)} payments,"
            f" the first is {unknown[0]}"
        )
    service = np.array(list(answered.values()))
    frauds = payments.frauds[place]
    return Comparison(
        payments=len(ids),
        frauds=int(frauds.sum()),
        service=Figures.of(frauds, service),
        offline=Figures.of(frauds, offline[place]),
        largest_difference=float(np.abs(service - offline[place]).max()),
    )
