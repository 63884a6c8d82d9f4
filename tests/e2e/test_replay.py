"""The benchmark's week through the deployed service: it must judge as the model does offline."""

import pytest

from tests.e2e import history, timeouts
from tests.e2e.replay import Replayed, replay
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until

APART = 0.005
OUTAGES = 0.25
"""The share that may be answered without Redis. A machine that stalls for a second loses it, as it
should: answers come from Postgres until the keeper has put back what is missing, some seconds
later, and the whole week takes a minute. Without Redis it would be all of them."""


@pytest.fixture(scope="module")
def replayed(stack: RunningStack) -> Replayed:
    history.load(stack)
    return replay(stack)


def test_the_week_was_decided_now_and_from_the_fast_windows(
    stack: RunningStack, replayed: Replayed
) -> None:
    assert replayed.decided_now >= 20_000
    assert replayed.degraded <= OUTAGES * replayed.decided_now
    until(lambda: history.fast(stack), within=timeouts.RECOVERY, what="windows from Redis again")


@pytest.mark.parametrize("metric", ["auc", "ap", "cp100"])
def test_the_deployed_service_is_as_good_as_the_model_offline(
    replayed: Replayed, metric: str
) -> None:
    assert replayed.judged == 58_264
    assert getattr(replayed.online, metric) == pytest.approx(
        getattr(replayed.offline, metric), abs=APART
    )
