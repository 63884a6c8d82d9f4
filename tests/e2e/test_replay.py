"""The benchmark's week through the deployed service: it must judge as the model does offline."""

import pytest

from tests.e2e import history
from tests.e2e.replay import Replayed, replay
from tests.e2e.stack import RunningStack

APART = 0.005


@pytest.fixture(scope="module")
def replayed(stack: RunningStack) -> Replayed:
    history.load(stack)
    return replay(stack)


def test_the_week_was_decided_now_and_from_the_fast_windows(replayed: Replayed) -> None:
    assert replayed.decided_now >= 20_000
    assert replayed.degraded == 0


@pytest.mark.parametrize("metric", ["auc", "ap", "cp100"])
def test_the_deployed_service_is_as_good_as_the_model_offline(
    replayed: Replayed, metric: str
) -> None:
    assert replayed.judged == 58_264
    assert getattr(replayed.online, metric) == pytest.approx(
        getattr(replayed.offline, metric), abs=APART
    )
