"""The registry, as far as it is not SQL."""

import json
from datetime import UTC, datetime

import asyncpg
import pytest

from app.adapters.postgres_models import PostgresModels
from app.ports.models import Alias, Gate, Kind, Model, Move
from app.ports.refusals import Refused, Unknown
from tests.unit.app.adapters.postgres_fake import Connection, postgres

COMMITTED = Model("a", {"sha256": "aa"}, b"a")
HOW = ("ann", "because")


@pytest.fixture
def kept() -> tuple[PostgresModels, Connection]:
    database, connection, _ = postgres()
    return PostgresModels(database, COMMITTED), connection


def roles(**given: str) -> list[dict[str, str]]:
    return [{"alias": alias, "version": version} for alias, version in given.items()]


def moves(connection: Connection) -> list[tuple[object, ...]]:
    """Alias, version and kind of what was moved."""
    inserted = [given for query, given in connection.executed if "INSERT INTO model_moves" in query]
    assert all(row[3:5] == HOW for row in inserted)
    return [row[:3] for row in inserted]


async def test_a_model_comes_back_as_it_was(kept: tuple[PostgresModels, Connection]) -> None:
    models, connection = kept
    connection.answers = [{"card": json.dumps({"sha256": "aa"}), "artifact": b"a"}, None]

    model = await models.get("a")

    assert (model.version, model.card, model.artifact) == ("a", {"sha256": "aa"}, b"a")
    with pytest.raises(Unknown, match="there is no model b"):
        await models.get("b")


async def test_a_model_is_kept_once_and_its_version_is_its_own(
    kept: tuple[PostgresModels, Connection],
) -> None:
    models, connection = kept
    connection.answers = ["a", None, "aa", None, "bb", asyncpg.CheckViolationError("sha256")]

    assert await models.publish(COMMITTED, "ann") is True
    assert await models.publish(COMMITTED, "ann") is False
    with pytest.raises(Refused, match="kept with other bytes"):
        await models.publish(COMMITTED, "ann")
    with pytest.raises(Refused, match="not what its card says"):
        await models.publish(COMMITTED, "ann")


async def test_a_promotion_moves_all_aliases_at_once(
    kept: tuple[PostgresModels, Connection],
) -> None:
    models, connection = kept
    connection.answers = ["a", roles(challenger="b"), 7, roles(champion="b", challenger="b")]

    await models.promote("b", *HOW, forced=False)

    assert moves(connection) == [
        ("champion", "b", "promotion"),
        ("previous", "a", "promotion"),
        ("challenger", None, "promotion"),
    ]
    assert connection.executed[1][1][5] == 7  # the gate
    assert connection.transactions == ["committed"]


async def test_without_a_gate_only_force_promotes(kept: tuple[PostgresModels, Connection]) -> None:
    models, connection = kept
    connection.answers = ["a", [], None]
    with pytest.raises(Refused, match="has not passed a gate against a"):
        await models.promote("b", *HOW, forced=False)
    assert moves(connection) == []

    connection.answers = ["a", [], None, roles(champion="b")]
    await models.promote("b", *HOW, forced=True)
    assert moves(connection)[0] == ("champion", "b", "forced")


async def test_who_decides_already_is_neither_promoted_nor_a_challenger(
    kept: tuple[PostgresModels, Connection],
) -> None:
    models, connection = kept
    connection.answers = ["a", roles(champion="b"), roles(champion="b")]

    with pytest.raises(Refused, match="decides already"):
        await models.promote("b", *HOW, forced=True)
    with pytest.raises(Refused, match="can not challenge itself"):
        await models.challenge("b", *HOW)


async def test_the_tables_own_rules_have_the_last_word(
    kept: tuple[PostgresModels, Connection],
) -> None:
    models, connection = kept
    for refusal, told in (
        (asyncpg.CheckViolationError("model b has not passed"), Refused),
        (asyncpg.ForeignKeyViolationError("models"), Unknown),
    ):
        connection.answers = ["a", [], 7]
        connection.refusals = [None, refusal]
        with pytest.raises(told):
            await models.promote("b", *HOW, forced=False)
    assert connection.transactions == ["rolled back", "rolled back"]


async def test_a_rollback_goes_one_step_back(kept: tuple[PostgresModels, Connection]) -> None:
    models, connection = kept
    connection.answers = [roles(champion="b", previous="a")]

    assert await models.roll_back("b", *HOW) == "a"
    assert moves(connection) == [("champion", "a", "rollback"), ("previous", None, "rollback")]
    assert connection.executed[1][1][6] == "b"  # what it took away


@pytest.mark.parametrize(
    ("standing", "expected", "why"),
    [
        ({"champion": "a"}, None, "there is none to go back to"),
        ({}, None, "there is none to go back to"),
        ({"champion": "c", "previous": "a"}, "b", "c decides, not b"),
    ],
)
async def test_a_rollback_that_would_surprise_is_refused(
    kept: tuple[PostgresModels, Connection],
    standing: dict[str, str],
    expected: str | None,
    why: str,
) -> None:
    models, connection = kept
    connection.answers = [roles(**standing)]

    with pytest.raises(Refused, match=why):
        await models.roll_back(expected, *HOW)
    assert moves(connection) == []


async def test_a_challenger_comes_and_goes(kept: tuple[PostgresModels, Connection]) -> None:
    models, connection = kept
    await models.challenge("b", *HOW)
    await models.challenge(None, *HOW)

    assert moves(connection) == [
        ("challenger", "b", "challenge"),
        ("challenger", None, "withdrawal"),
    ]


async def test_gates_and_history_are_kept(kept: tuple[PostgresModels, Connection]) -> None:
    models, connection = kept
    await models.judged(Gate("b", "a", passed=True, checks=[{"check": "x"}], judged_by="trainer"))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    connection.answers = [[("champion", "b", "forced", *HOW, at)], roles(champion="b")]

    row = {"version": "b", "against": "a", "passed": True, "judged_by": "trainer", "judged_at": at}
    connection.answers.append([row | {"checks": '[{"check": "x"}]'}])

    assert connection.executed[0][1] == ("b", "a", True, '[{"check": "x"}]', "trainer")
    assert await models.history(5) == [Move(Alias.CHAMPION, "b", Kind.FORCED, *HOW, at)]
    assert await models.roles() == {Alias.CHAMPION: "b"}
    (gate,) = await models.gates("b", 10)
    assert (gate.against, gate.passed, gate.checks, gate.at) == ("a", True, [{"check": "x"}], at)
