"""The whole program, by its environment: deployed once for each, however many tests look at it."""

from stacks.__main__ import fraud
from stacks.settings import Settings
from tests.unit.engine import Deploy, Made


def platform(deploy: Deploy, env: Settings) -> Made:
    return deploy(lambda: fraud(env))
