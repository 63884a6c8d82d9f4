import pytest

from app.domain.simulator import simulate
from app.domain.transactions import Transactions
from app.domain.world import TEST_DAY, World
from tests.load.payments import DAYS


@pytest.fixture(scope="session")
def pool() -> Transactions:
    """Seven weeks of a small world."""
    world = World(customers=40, terminals=80, radius=30)
    return simulate(world).history(TEST_DAY + DAYS, DAYS)
