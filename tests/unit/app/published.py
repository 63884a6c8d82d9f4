"""The published data set, simulated once for all tests that need the whole of it."""

from functools import cache

from app.domain.simulator import Simulation, simulate
from app.training.protocol import Dataset


@cache
def published() -> Simulation:
    return simulate()


@cache
def features_of_published() -> Dataset:
    return Dataset.of(published())
