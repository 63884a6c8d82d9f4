"""The published data set, simulated once for all tests that need the whole of it."""

from functools import cache

from app.domain.simulator import Simulation, simulate


@cache
def published() -> Simulation:
    return simulate()
