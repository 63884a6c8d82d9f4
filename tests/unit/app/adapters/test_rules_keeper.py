"""Every replica follows the live version."""

from datetime import timedelta

import pytest

from app.adapters.rules_keeper import RulesKeeper
from app.domain.ruled import Ruled
from app.domain.rules import Listed, RuleSet
from app.domain.scoring import Outcome
from app.ports.rules import Entry
from app.telemetry import Telemetry
from tests.unit.app.memory import amount_judge
from tests.unit.app.rulebook import NOW, MemoryRules

RULES = RuleSet(0, (Listed(code="s", then=Outcome.DECLINE, of="customer", list="stolen"),))


class Replica:
    def __init__(self) -> None:
        self.book, self.telemetry, self.now = MemoryRules(), Telemetry(), NOW
        self.ruled = Ruled(amount_judge(), lambda _: None)
        self.keeper = RulesKeeper(self.book, self.ruled, self.telemetry, lambda: self.now)

    async def live(self) -> None:
        stored = await self.book.create(RULES, "", "maria")
        await self.book.go_live(stored.rules.version, "maria", "why", forced=True)

    def metric(self, name: str) -> float:
        lines = self.telemetry.exposition().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


@pytest.fixture
def replica() -> Replica:
    return Replica()


async def test_what_went_live_judges_from_the_next_look_on(replica: Replica) -> None:
    await replica.live()
    assert replica.ruled.ruling.rules.version == 0

    await replica.keeper.look()

    assert replica.ruled.ruling.rules.version == 1
    assert replica.metric("fraud_rules_live_version") == 1


async def test_while_nothing_changes_nothing_is_compiled_again(replica: Replica) -> None:
    await replica.keeper.look()
    before = replica.ruled.ruling

    await replica.keeper.look()

    assert replica.ruled.ruling is before


async def test_an_entry_that_expires_is_noticed_though_nobody_changed_anything(
    replica: Replica,
) -> None:
    await replica.live()
    until = NOW + timedelta(seconds=5)
    await replica.book.add([Entry("stolen", "customer", 7, "why", expires_at=until)], "maria")
    await replica.keeper.look()
    before = replica.ruled.ruling
    await replica.keeper.look()
    assert replica.ruled.ruling is before

    replica.now = until
    await replica.keeper.look()

    assert replica.ruled.ruling is not before


async def test_while_postgres_is_away_it_starts_with_the_built_in_rules(replica: Replica) -> None:
    replica.book.away = True

    async with replica.keeper.watching():
        assert replica.ruled.ruling.rules.version == 0


async def test_rules_that_it_can_not_read_do_not_end_its_watch(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await replica.live()
    await replica.keeper.look()
    monkeypatch.setattr(replica.book, "standing", None)

    async with replica.keeper.watching():
        assert replica.ruled.ruling.rules.version == 1


async def test_the_age_of_what_is_known_is_told(replica: Replica) -> None:
    await replica.keeper.look()

    assert 0 <= replica.metric("fraud_rules_seen_seconds") < 60
