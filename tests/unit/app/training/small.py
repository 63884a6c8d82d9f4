"""A world of seconds: the published length, a tenth of its people."""

from functools import cache

from app.domain.simulator import Simulation, simulate
from app.domain.world import World
from app.training.booster import Parameters
from app.training.protocol import KNOWN, Dataset

PARAMETERS = Parameters(
    weeks=2,
    trees=20,
    learning_rate=0.1,
    max_depth=3,
    min_child_samples=5,
    lambda_l1=0,
    lambda_l2=1,
    feature_fraction=0.7,
    bagging_fraction=0.7,
    max_bin=1023,
)


@cache
def simulation() -> Simulation:
    return simulate(World(customers=300, terminals=1500, days=136, radius=8))


@cache
def dataset() -> Dataset:
    return Dataset.of(simulation())


@cache
def known() -> Dataset:
    """What the selection may see of it."""
    return Dataset.of(simulation(), until=KNOWN)
