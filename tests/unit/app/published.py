"""The published data set, simulated once for all tests that need the whole of it."""

from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

from app.domain.simulator import Simulation, simulate
from app.training.protocol import Dataset


@cache
def published() -> Simulation:
    """In a process of its own: measuring coverage would slow its millions of draws by half."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(simulate).result()


@cache
def features_of_published() -> Dataset:
    return Dataset.of(published())
