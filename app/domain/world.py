"""What is simulated: how many people and shops, where, when, how long."""

from dataclasses import dataclass

from app.domain.transactions import DAY

START = 1_522_540_800
"""2018-04-01T00:00:00Z."""
TEST_DAY = 129
"""2018-08-08, counted from the start: the first day of the held-out week."""
STOLEN_DAYS = 14
"""How long a stolen card is misused: what happens so much later changes no payment."""

_SEED_STRIDE = 1_000_003
"""Data sets of different seeds share no stream: customers count from zero within each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is simulated."""

    customers: int = 5000
    terminals: int = 10_000
    days: int = 183
    start: int = START
    radius: float = 5.0
    """How far from home a customer pays, on a map of 100 by 100."""
    seed: int = 0
    """Zero is the published data set."""

    def stream(self, number: int) -> int:
        """The seed of one of the world's random streams."""
        return self.seed * _SEED_STRIDE + number

    def midnight(self, day: int) -> int:
        """When a day of the world begins, in seconds since the epoch."""
        return self.start + day * DAY


TEST_WEEK_EVE = World(days=TEST_DAY + STOLEN_DAYS)
"""The published world without what comes too late to change its payments before the test week."""
