"""Rule sets, lists and their audit, as far as they are not SQL."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.adapters import postgres_lists
from app.adapters.postgres_audit import PostgresAudit
from app.adapters.postgres_lists import PostgresLists
from app.adapters.postgres_rules import PostgresRules
from app.definitions import Definition
from app.domain.rules import BUILT_IN, Amount, Listed, RuleSet
from app.domain.scoring import Outcome
from app.ports.refusals import Refused, Unknown
from app.ports.rules import Entry, State
from tests.unit.app.adapters.postgres_fake import Connection, Row, postgres

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LARGE = Amount(code="large", then=Outcome.REVIEW, more_than=9)
STOLEN = Listed(code="stolen", then=Outcome.DECLINE, of="customer", list="stolen")
RULES = RuleSet(3, (LARGE, STOLEN))
WHY = "agreed"


def row(rules: RuleSet = RULES, **changes: Any) -> Row:
    return {
        "version": rules.version,
        "state": "draft",
        "definition": Definition.of(rules, "a note").model_dump_json(),
        "author": "maria",
        "created_at": NOW,
        "edition": 1,
        "test": None,
        "tested_at": None,
        "live_by": None,
        "live_at": None,
    } | changes


def entry(number: int, **changes: Any) -> Row:
    return {
        "list": "stolen",
        "party": "customer",
        "id": number,
        "why": WHY,
        "added_by": "maria",
        "added_at": NOW,
        "expires_at": None,
    } | changes


@pytest.fixture
def book() -> tuple[PostgresRules, Connection]:
    database, connection, _ = postgres()
    return PostgresRules(database), connection


def audited(connection: Connection) -> list[tuple[str, str, str, Any, Any, str]]:
    lines = []
    for query, given in connection.executed:
        if "INSERT INTO rules_audit" in query:
            actor, action, *columns = given
            lines += [(actor, action, *line) for line in zip(*columns, strict=True)]
    return lines


def locks(connection: Connection) -> Iterator[int]:
    return (at for at, (query, _) in enumerate(connection.executed) if "advisory" in query)


async def test_what_is_stored_comes_back_as_it_was(book: tuple[PostgresRules, Connection]) -> None:
    rules, connection = book
    connection.answers = [[row(test='{"payments": 5}', tested_at=NOW)]]

    stored = await rules.get(3)

    assert (stored.rules, stored.note, stored.state) == (RULES, "a note", State.DRAFT)
    assert (stored.test, stored.tested_at) == ({"payments": 5}, NOW)


async def test_a_change_and_its_line_are_one_transaction_behind_one_lock(
    book: tuple[PostgresRules, Connection],
) -> None:
    rules, connection = book
    connection.answers = [[row()]]

    await rules.create(RULES, "a note", "maria")

    assert connection.transactions == ["committed"]
    assert list(locks(connection)) == [0]  # before anything else
    ((actor, action, subject, before, after, _),) = audited(connection)
    assert (actor, action, subject, before) == ("maria", "draft", "rules 3", None)
    assert json.loads(after)["rules"][0]["more_than"] == 9


@pytest.mark.parametrize("state", ["live", "retired"])
async def test_what_was_live_is_never_written_again(
    book: tuple[PostgresRules, Connection], state: str
) -> None:
    rules, connection = book
    connection.answers = [[row(state=state)]]

    with pytest.raises(Refused, match=f"rules 3 is {state} and stays as it is"):
        await rules.replace(RULES, "", "maria")

    assert connection.transactions == ["rolled back"]


async def test_a_draft_written_again_is_audited_with_what_it_was(
    book: tuple[PostgresRules, Connection],
) -> None:
    rules, connection = book
    connection.answers = [[row()], [row(RuleSet(3), edition=2)]]

    stored = await rules.replace(RuleSet(3), "", "jan")

    ((_, _, _, before, after, _),) = audited(connection)
    assert stored.edition == 2
    assert [len(json.loads(one)["rules"]) for one in (before, after)] == [2, 0]


async def test_a_test_of_an_older_text_does_not_count(
    book: tuple[PostgresRules, Connection],
) -> None:
    rules, connection = book
    connection.answers = [[row()], []]
    stored = await rules.get(3)

    with pytest.raises(Refused, match="written again meanwhile"):
        await rules.tested(stored, {}, "maria")

    assert not audited(connection)


@pytest.mark.parametrize(
    ("live", "asked", "forced", "action"),
    [
        ([], [row(tested_at=NOW)], False, "live"),
        ([], [row()], True, "forced live"),
        ([row(RuleSet(4), state="live")], [row(state="retired")], False, "rollback"),
    ],
)
async def test_going_live_is_audited_with_both_rule_sets(
    book: tuple[PostgresRules, Connection],
    live: list[Row],
    asked: list[Row],
    *,
    forced: bool,
    action: str,
) -> None:
    rules, connection = book
    connection.answers = [live, asked]

    await rules.go_live(3, "maria", WHY, forced=forced)

    ((_, done, subject, before, after, why),) = audited(connection)
    assert (done, subject, why) == (action, "rules 3", WHY)
    assert json.loads(before)["version"] == (4 if live else 0)
    assert json.loads(after)["rules"][1]["list"] == "stolen"


async def test_the_way_back_to_no_rules_is_open(book: tuple[PostgresRules, Connection]) -> None:
    rules, connection = book
    connection.answers = [[row(state="live")]]

    await rules.go_live(0, "maria", WHY, forced=False)

    ((_, action, subject, _, after, _),) = audited(connection)
    assert (action, subject, json.loads(after)) == ("rollback", "rules 0", {"version": 0})


@pytest.mark.parametrize(
    ("live", "asked", "said"),
    [
        ([], [row()], "was not test-run since it was last written"),
        ([row(state="live")], [row(state="live")], "rules 3 is live already"),
    ],
)
async def test_a_version_may_not_go_live_untested_or_twice(
    book: tuple[PostgresRules, Connection], live: list[Row], asked: list[Row], said: str
) -> None:
    rules, connection = book
    connection.answers = [live, asked]

    with pytest.raises(Refused, match=said):
        await rules.go_live(3, "maria", WHY, forced=False)

    assert connection.transactions == ["rolled back"]


async def test_a_version_that_is_not_there_is_unknown(
    book: tuple[PostgresRules, Connection],
) -> None:
    rules, _ = book

    with pytest.raises(Unknown, match="there is no rule set 9"):
        await rules.go_live(9, "maria", WHY, forced=False)


async def test_what_stands_is_the_live_version_with_the_lists_that_it_names(
    book: tuple[PostgresRules, Connection],
) -> None:
    rules, connection = book
    entries = [entry(7), entry(8, expires_at=NOW)]
    connection.answers = [41, [row(state="live")], entries]

    standing = await rules.standing(known=40)

    assert standing is not None
    assert (standing.revision, standing.rules, standing.good_until) == (41, RULES, NOW)
    assert standing.lists == {("stolen", "customer"): frozenset({7, 8})}
    assert connection.asked[-1][1] == (["stolen"],)


async def test_nothing_new_is_one_small_question(book: tuple[PostgresRules, Connection]) -> None:
    rules, connection = book
    connection.answers = [41]

    assert await rules.standing(known=41) is None
    assert len(connection.asked) == 1


async def test_with_an_empty_table_the_built_in_rules_stand(
    book: tuple[PostgresRules, Connection],
) -> None:
    rules, connection = book
    connection.answers = [0, []]

    standing = await rules.standing(None)

    assert standing is not None
    assert (standing.rules, standing.lists) == (BUILT_IN, {})


async def test_a_draft_is_tried_with_the_lists_that_it_names(
    book: tuple[PostgresRules, Connection],
) -> None:
    rules, connection = book
    connection.answers = [[entry(7)]]

    assert await rules.lists(RULES) == {("stolen", "customer"): frozenset({7})}
    assert await rules.lists(BUILT_IN) == {}
    assert len(connection.asked) == 1


async def test_versions_come_page_by_page(book: tuple[PostgresRules, Connection]) -> None:
    rules, connection = book
    connection.answers = [[row(), row(RuleSet(2))]]

    assert [one.rules.version for one in await rules.page(4, 2)] == [3, 2]
    assert connection.asked[0][1] == (4, 2)


@pytest.fixture
def lists() -> tuple[PostgresLists, Connection]:
    database, connection, _ = postgres()
    return PostgresLists(database), connection


async def test_each_entry_is_a_line_with_what_was_there(
    lists: tuple[PostgresLists, Connection],
) -> None:
    book, connection = lists
    connection.answers = [[entry(7, why="before")], 2]

    added = [Entry("stolen", "customer", number, WHY, expires_at=NOW) for number in (7, 8)]
    await book.add(added, "maria")

    first, second = audited(connection)
    assert first[:3] == ("maria", "list", "list stolen: customer 7")
    assert json.loads(first[3]) == {"why": "before", "until": None}
    assert json.loads(first[4])["until"] == NOW.isoformat()
    assert (second[3], second[5]) == (None, WHY)


async def test_lists_do_not_grow_beyond_what_replicas_hold(
    lists: tuple[PostgresLists, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    book, connection = lists
    monkeypatch.setattr(postgres_lists, "MOST_ENTRIES", 5)
    connection.answers = [[], 6]

    with pytest.raises(Refused, match="lists would have 6 entries: at most 5 in all"):
        await book.add([Entry("stolen", "customer", 7, WHY)], "maria")

    assert connection.transactions == ["rolled back"]


async def test_taking_off_is_audited_and_who_is_not_there_is_unknown(
    lists: tuple[PostgresLists, Connection],
) -> None:
    book, connection = lists
    connection.answers = [[entry(7)]]
    await book.remove("stolen", "customer", 7, "maria", "found")

    ((_, action, subject, before, after, why),) = audited(connection)
    assert (action, subject, after, why) == ("unlist", "list stolen: customer 7", None, "found")
    assert json.loads(before)["why"] == WHY
    with pytest.raises(Unknown, match="customer 7 is not on the list stolen"):
        await book.remove("stolen", "customer", 7, "maria", "found")


async def test_lists_are_read_as_they_are_stored(lists: tuple[PostgresLists, Connection]) -> None:
    book, connection = lists
    names = [{"list": "stolen", "party": "customer", "entries": 2}]
    connection.answers = [names, [entry(7, expires_at=NOW)]]

    assert await book.names() == [("stolen", "customer", 2)]
    (found,) = await book.entries("stolen", ("", -1), 10)
    assert found == Entry("stolen", "customer", 7, WHY, "maria", NOW, NOW)


async def test_the_audit_is_read_as_it_was_written() -> None:
    database, connection, _ = postgres()
    line = {"audit_id": 5, "at": NOW, "actor": "maria", "action": "live", "subject": "rules 3"}
    connection.answers = [[line | {"before": None, "after": '{"version": 3}', "why": WHY}]]

    (change,) = await PostgresAudit(database).changes(6, 10)

    assert (change.number, change.before, change.after) == (5, None, {"version": 3})
