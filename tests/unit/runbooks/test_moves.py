"""The order of steps is what keeps two regions from writing at once."""

from typing import Any, cast

import pytest

from runbooks import moves
from runbooks.errors import RunbookError
from runbooks.guard import refuse_two_writers
from runbooks.place import Place
from runbooks.region import Region
from runbooks.steps import Steps
from runbooks.watchman import TIMES, Watchman
from runbooks.witness import Witness


class FakeRegion:
    def __init__(self, name: str, log: list[str], *, writes: bool) -> None:
        self.name, self.log = name, log
        self.away = False
        self.slow = 0
        """So many changes that its API server does not answer to."""
        self.replica: dict[str, Any] = {"primary": "east"}
        self.status: dict[str, Any] = {}
        self.writable = writes
        self.url = f"http://{name}"
        self.streams = True

    def answers(self) -> bool:
        return not self.away

    def ledger(self) -> dict[str, Any]:
        if self.away:
            raise RunbookError(f"region {self.name} does not answer")
        return {"spec": {"replica": self.replica}, "status": self.status}

    def patch_ledger(self, spec: dict[str, Any]) -> None:
        if self.slow:
            self.slow -= 1
            raise RunbookError(f"region {self.name} does not answer")
        before, self.replica = self.replica, spec["replica"]
        assert set(self.replica) == {"self", "primary", "source", "promotionToken"}
        if self.replica["primary"] == self.name:
            self.log.append(f"promote {self.name} {self.replica['promotionToken']}")
            self.writable = True
        elif before["primary"] == self.name:
            self.log.append(f"demote {self.name}")
            self.writable = False
            self.status = {"demotionToken": "token-2"}

    def copies(self) -> bool | None:
        return None if self.away else not self.writable

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return [("0/1000",)] if "replay" in query else [(100,)]

    def psql(self, query: str) -> str:
        return "1" if self.streams or "checkpoint" in query else ""


class FakeWitness:
    """The old region's last key goes after some looks."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.declared, self.looks = "east", 2

    def writer(self) -> str:
        return self.declared

    def declare(self, region: str, *, instead_of: str | None) -> None:
        assert self.declared == instead_of
        self.log.append(f"declare {region}")
        self.declared = region

    def holders(self) -> dict[str, int]:
        if self.declared == "east":
            return {"east": 2}
        self.looks -= 1
        if self.looks == 0:
            self.log.append("lease over")
        return {"east": 1} if self.looks > 0 else {}


class Two:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.east = FakeRegion("east", self.log, writes=True)
        self.west = FakeRegion("west", self.log, writes=False)
        self.witness = FakeWitness(self.log)
        self.place = Place(
            regions=(cast("Region", self.east), cast("Region", self.west)),
            witness=cast("Witness", self.witness),
            edge="http://edge",
        )
        self.steps = Steps(tell=lambda _: None)

    @property
    def to(self) -> Region:
        return self.place.regions[1]


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Two:
    monkeypatch.setattr(moves, "leads", lambda _: True)
    monkeypatch.setattr(moves, "DEMOTION", 0.0)
    return Two()


def test_a_planned_change_promotes_with_the_token_of_the_demoted_one(two: Two) -> None:
    two.east.status = {"demotionToken": "token-1"}  # of an earlier change

    moves.switchover(two.place, two.to, two.steps)

    assert two.log == ["declare west", "lease over", "demote east", "promote west token-2"]
    assert not two.east.writable
    assert len(two.steps.done) == 7


def test_an_api_server_that_is_slow_for_a_moment_is_asked_again(two: Two) -> None:
    two.west.slow = 1

    moves.switchover(two.place, two.to, two.steps)

    assert two.log[-1] == "promote west token-2"


def test_a_planned_change_that_broke_off_is_gone_on_with(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "PROMOTION", 0.0)
    two.west.slow = 1
    assert moves.unfinished(two.place) is None
    with pytest.raises(RunbookError, match="an answer of west"):
        moves.switchover(two.place, two.to, two.steps)
    assert moves.unfinished(two.place) is two.to

    moves.switchover(two.place, two.to, two.steps)

    assert two.log == ["declare west", "lease over", "demote east", "promote west token-2"]
    assert moves.unfinished(two.place) is None


def test_a_planned_change_does_not_begin_while_the_copy_is_far_behind(two: Two) -> None:
    two.west.streams = False

    with pytest.raises(RunbookError, match="does not follow east closely"):
        moves.switchover(two.place, two.to, two.steps)

    assert two.log == []


def test_a_region_that_is_lost_is_waited_for_as_long_as_its_lease_and_no_longer(two: Two) -> None:
    two.east.away = True

    moves.failover(two.place, two.to, two.steps)

    assert two.log == ["declare west", "lease over", "promote west None"]


def test_a_lost_region_that_can_be_reached_is_demoted_before_the_other_is_promoted(
    two: Two,
) -> None:
    moves.failover(two.place, two.to, two.steps)

    assert two.log[0] == "declare west"
    assert two.log[-1] == "promote west None"
    assert {"lease over", "demote east"} < set(two.log)


def test_a_failover_that_was_broken_off_goes_on(two: Two) -> None:
    two.witness.declare("west", instead_of="east")
    two.east.away = True

    moves.failover(two.place, two.to, two.steps)

    assert two.west.writable


def test_nobody_is_promoted_whom_the_witness_does_not_name(two: Two) -> None:
    two.east.away = True

    with pytest.raises(RunbookError, match="refused: east is declared to write, and not west"):
        refuse_two_writers(two.place, two.to)


def test_nobody_is_promoted_while_another_lease_lasts(two: Two) -> None:
    two.witness.declared, two.witness.looks = "west", 100

    with pytest.raises(RunbookError, match="refused: east may still acknowledge"):
        refuse_two_writers(two.place, two.to)


def test_nobody_is_promoted_beside_a_database_that_says_it_is_to_write(two: Two) -> None:
    two.witness.declared, two.witness.looks = "west", 0

    with pytest.raises(RunbookError, match="the database of east answers and is not demoted"):
        refuse_two_writers(two.place, two.to)


def test_a_region_that_can_follow_is_not_cloned(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "_clone", lambda *_: two.log.append("clone"))
    two.witness.declared = "west"
    two.west.writable, two.west.replica = True, {"primary": "west"}

    moves.rejoin(two.place, two.steps)

    assert two.log == ["demote east"]


def test_a_region_of_another_history_is_cloned(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    def clone(_: Region, other: FakeRegion) -> None:
        two.log.append("clone")
        other.streams = True

    monkeypatch.setattr(moves, "_clone", clone)
    monkeypatch.setattr(moves, "FOLLOWING", 0.0)
    two.witness.declared = "west"
    two.west.writable, two.west.replica = True, {"primary": "west"}
    two.east.streams = False

    moves.rejoin(two.place, two.steps)

    assert two.log == ["demote east", "clone"]


def test_writing_that_is_at_home_does_not_go_back(two: Two) -> None:
    with pytest.raises(RunbookError, match="east writes already"):
        moves.failback(two.place, two.steps)


def test_a_clone_begins_with_the_writers_data_and_keeps_all_else(two: Two) -> None:
    before = {
        "metadata": {"name": "ledger", "uid": "1", "labels": {"a": "b"}, "resourceVersion": "7"},
        "spec": {
            "instances": 3,
            "bootstrap": {
                "initdb": {"database": "f", "owner": "f", "secret": {}, "dataChecksums": True}
            },
            "replica": {"primary": "west", "promotionToken": "old"},
        },
        "status": {},
    }

    made = moves._begun_anew(before, two.place.regions[1], two.place.regions[0])

    assert made["metadata"] == {"name": "ledger", "labels": {"a": "b"}, "namespace": "fraud"}
    assert made["spec"]["bootstrap"] == {
        "pg_basebackup": {"source": "west", "database": "f", "owner": "f", "secret": {}}
    }
    assert made["spec"]["replica"] == {"self": "east", "primary": "west", "source": "west"}
    assert made["spec"]["instances"] == 3


def test_a_clone_goes_on_with_the_archive_that_it_had(two: Two) -> None:
    archiver = {"name": "barman", "isWALArchiver": True, "parameters": {"serverName": "ledger"}}
    before = {
        "metadata": {"name": "ledger", "annotations": {"a": "b"}},
        "spec": {
            "plugins": [archiver],
            "bootstrap": {"pg_basebackup": {"database": "f", "owner": "f", "secret": {}}},
        },
    }

    made = moves._begun_anew(before, two.place.regions[1], two.place.regions[0])

    assert made["spec"]["plugins"] == [archiver]
    assert made["metadata"]["annotations"] == {
        "a": "b",
        "cnpg.io/skipEmptyWalArchiveCheck": "enabled",
    }


def test_a_short_absence_is_no_loss(two: Two) -> None:
    asked = 0

    def alive(_: Region) -> bool:
        nonlocal asked
        asked += 1
        return asked < 5 or asked == 5 + TIMES - 1

    watchman = Watchman(two.place, alive=alive, sleep=lambda _: None)

    assert watchman.wait().name == "west"
    assert asked == 4 + TIMES + TIMES


def test_a_step_that_fails_is_named_with_its_error() -> None:
    told: list[str] = []
    steps = Steps(tell=told.append)

    with pytest.raises(RunbookError, match=r"^promote: no answer$"), steps.step("promote"):
        raise RunbookError("no answer")
    assert told[0].startswith("  ✗ promote")
    assert not steps.done
