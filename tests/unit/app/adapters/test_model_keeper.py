import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.adapters import model_keeper
from app.adapters.model_keeper import ModelKeeper
from app.adapters.shadowing import Shadowing
from app.ports.decisions import LogAway
from app.switched import Switched
from app.telemetry import Telemetry
from tests.unit.app.memory import payment
from tests.unit.app.memory_models import MemoryModels, MemoryResults, judge, model, opens
from tests.unit.app.test_switched import rows

HOW = ("someone", "because")


class Bench:
    """A keeper with everything around it."""

    def __init__(self) -> None:
        self.models, self.results = MemoryModels("a"), MemoryResults()
        self.switched = Switched(judge("a"))
        self.telemetry = Telemetry()
        self.shadowing = Shadowing(self.switched, self.results, self.telemetry, per_second=100)
        self.keeper = ModelKeeper(
            self.models, model("a"), self.switched, self.shadowing, self.telemetry, opens=opens
        )

    async def promoted(self, version: str, artifact: bytes = b"2000") -> None:
        await self.models.publish(model(version, artifact), "someone")
        await self.models.promote(version, *HOW, forced=True)

    def live(self) -> str:
        return self.switched.live.scorer.version

    def metric(self, name: str) -> dict[tuple[str, ...], float]:
        """By the values of its labels, in the order of their names."""
        families = text_string_to_metric_families(self.telemetry.exposition().decode())
        return {
            tuple(sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
            if sample.name == name
        }


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_where_the_registry_names_none_the_committed_model_decides(bench: Bench) -> None:
    assert bench.keeper.undecided()
    async with bench.keeper.watching():
        assert bench.keeper.undecided() is None

    assert bench.live() == "a"
    assert set(bench.models.kept) == {"a"}
    assert bench.metric("fraud_model_info") == {("champion", "a"): 1}


async def test_who_is_champion_decides_after_the_next_look(bench: Bench) -> None:
    await bench.promoted("b")
    await bench.keeper.tend()

    assert bench.live() == "b"
    assert bench.switched.decide([payment()], rows(500))[0].score == 0.25
    assert bench.metric("fraud_model_info") == {("champion", "b"): 1, ("previous", "a"): 1}


async def test_a_rollback_loads_nothing(bench: Bench) -> None:
    await bench.promoted("b")
    await bench.keeper.tend()
    await bench.promoted("c")
    await bench.keeper.tend()
    bench.models.fetched.clear()
    await bench.models.roll_back("c", *HOW)
    await bench.keeper.tend()

    assert bench.live() == "b"
    assert bench.models.fetched == []


async def test_a_model_that_can_not_be_used_leaves_the_live_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(model_keeper, "monotonic", lambda: now)
    await bench.promoted("bad", b"broken")
    await bench.promoted("wild", b"0.001")
    for _ in range(3):
        await bench.keeper.tend()

    assert bench.live() == "a"
    assert bench.metric("fraud_model_refusals_total") == {("wild",): 1, ("bad",): 1}
    assert bench.metric("fraud_model_info")["champion", "a"] == 1
    now += 31
    await bench.keeper.tend()
    assert bench.metric("fraud_model_refusals_total")["wild",] == 2


async def test_a_registry_that_is_away_changes_nothing(bench: Bench) -> None:
    await bench.promoted("b")
    async with bench.keeper.watching():
        bench.models.away = True
        await asyncio.sleep(0.01)
        assert bench.live() == "b"
        assert bench.keeper.undecided() is None


async def test_whoever_never_heard_from_the_registry_does_not_know_who_decides(
    bench: Bench,
) -> None:
    bench.models.away = True
    async with bench.keeper.watching():
        assert "not said yet" in str(bench.keeper.undecided())


async def test_a_registry_that_takes_nothing_still_says_who_decides(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise LogAway("no second copy")

    await bench.promoted("b")
    monkeypatch.setattr(bench.models, "publish", away)
    async with bench.keeper.watching():
        assert bench.live() == "b"
        assert bench.keeper.undecided() is None


async def test_other_bytes_of_the_committed_version_are_reported(bench: Bench) -> None:
    await bench.models.publish(model("a", b"1"), "someone")
    await bench.keeper.tend()
    await bench.keeper.tend()

    assert bench.live() == "a"
    assert bench.metric("fraud_model_refusals_total") == {("a",): 1}


async def test_the_challenger_scores_what_the_champion_decided(bench: Bench) -> None:
    await bench.models.publish(model("b", b"500"), "someone")
    await bench.models.challenge("b", *HOW)
    await bench.keeper.tend()
    bench.switched.decide([payment(1), payment(2)], rows(200, 400))
    await bench.shadowing.tend()
    await bench.shadowing.tend()

    assert bench.results.stored == {"b": [(1, "a", 0.2, 0.4), (2, "a", 0.4, 0.8)]}
    assert bench.metric("fraud_shadow_scored_total") == {(): 2}
    assert bench.metric("fraud_shadow_outcomes_total") == {
        ("review", "approve"): 1,
        ("decline", "review"): 1,
    }
    assert bench.metric("fraud_model_info") == {("champion", "a"): 1, ("challenger", "b"): 1}


async def test_what_the_shadow_can_not_store_counts_as_dropped(bench: Bench) -> None:
    await bench.models.publish(model("b", b"500"), "someone")
    await bench.models.challenge("b", *HOW)
    await bench.keeper.tend()
    bench.results.away = True
    bench.switched.decide([payment(1), payment(2)], rows(200, 400))
    with pytest.raises(Exception, match="away"):
        await bench.shadowing.tend()

    assert bench.metric("fraud_shadow_dropped_total") == {(): 2}


async def test_a_challenger_that_wins_or_is_withdrawn_leaves_the_shadow(bench: Bench) -> None:
    await bench.models.publish(model("b"), "someone")
    await bench.models.challenge("b", *HOW)
    await bench.keeper.tend()
    assert bench.switched.shadow
    await bench.models.challenge(None, *HOW)
    await bench.keeper.tend()
    assert bench.switched.shadow is None

    await bench.models.challenge("b", *HOW)
    await bench.keeper.tend()
    await bench.models.promote("b", *HOW, forced=True)
    await bench.keeper.tend()
    assert bench.live() == "b"
    assert bench.switched.shadow is None
