"""What was decided, over HTTP."""

import csv
import io
from typing import Any

import httpx
import pytest

from app.api.spreadsheet import lines
from app.domain.rules import Amount, RuleSet
from app.domain.ruling import Ruling
from app.domain.scoring import Outcome
from tests.unit.app.memory import Service

PAYMENT = {"customer_id": 7, "terminal_id": 9, "time": "2018-08-08T00:01:14Z"}


@pytest.fixture
async def decided(service: Service, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Of amounts 10, 20 … 50 the last two are reviewed, by a rule with dangerous words."""
    words = "=cmd|' /C calc'!A0"
    rule = Amount(code="large", then=Outcome.REVIEW, more_than=30, words=words)
    service.ruled.ruling = Ruling(RuleSet(5, (rule,)))
    for number in range(1, 6):
        body = PAYMENT | {"transaction_id": number, "amount": number * 10}
        (await client.post("/v1/score", json=body)).raise_for_status()
    return client


async def ids(client: httpx.AsyncClient, **query: Any) -> tuple[list[int], str | None]:
    answer = (await client.get("/v1/decisions", params=query)).raise_for_status().json()
    return [one["transaction_id"] for one in answer["decisions"]], answer["next"]


async def test_one_decision_is_told_with_its_payment(
    service: Service, decided: httpx.AsyncClient
) -> None:
    service.archive.frauds[5] = True

    one = (await decided.get("/v1/decisions/5")).json()

    assert (one["customer_id"], one["amount"], one["decision"]) == (7, "50.00", "review")
    assert (one["rules_version"], one["fraud"], one["recomputed"]) == (5, True, None)
    assert one["reasons"][0]["code"] == "rule:large"


async def test_an_approval_is_explained_when_asked(decided: httpx.AsyncClient) -> None:
    one = (await decided.get("/v1/decisions/1", params={"explain": True})).json()

    assert one["reasons"] == []
    assert one["recomputed"]["model_version"] == "amount-1"
    assert one["recomputed"]["score"] == pytest.approx(0.01)
    assert one["recomputed"]["features"]["amount"] == 10
    codes = [reason["code"] for reason in one["recomputed"]["reasons"]]
    assert codes[0] == "amount"
    assert len(codes) == 6


async def test_pages_follow_each_other_without_gap_or_repetition(
    decided: httpx.AsyncClient,
) -> None:
    first, after = await ids(decided, limit=2)
    second, behind = await ids(decided, limit=2, after=after)
    third, end = await ids(decided, limit=2, after=behind)

    assert [*first, *second, *third] == [1, 2, 3, 4, 5]
    assert end is None


async def test_an_export_is_of_a_time_and_of_kinds(decided: httpx.AsyncClient) -> None:
    of_kind, _ = await ids(decided, decision="review")
    of_time, _ = await ids(decided, since="2026-01-01T00:00:01Z", until="2026-01-01T00:00:03Z")

    assert (of_kind, of_time) == ([4, 5], [2, 3])


async def test_rare_decisions_are_looked_for_further_on(
    service: Service, decided: httpx.AsyncClient
) -> None:
    service.archive.looked_at = 1

    assert await ids(decided, decision="review", limit=1) == ([4], "2026-01-01T00:00:03Z_4")


async def test_the_whole_export_comes_as_csv(service: Service, decided: httpx.AsyncClient) -> None:
    service.archive.looked_at = 2

    answer = await decided.get("/v1/decisions", params={"format": "csv"})

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["transaction_id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[0]["reasons"] == ""
    assert rows[4]["contributions"].startswith("rule:large=0.000 amount=")


async def test_what_an_analyst_wrote_is_no_formula_in_a_spreadsheet(
    decided: httpx.AsyncClient,
) -> None:
    answer = await decided.get("/v1/decisions", params={"format": "csv", "decision": "review"})

    for row in csv.DictReader(io.StringIO(answer.text)):
        assert row["reasons"].startswith("'=cmd|")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\r=1", "\n=1", "\0=1"])
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    ((cell,),) = csv.reader(io.StringIO(lines([[text]]), newline=""))

    assert cell == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are() -> None:
    assert lines([[-1.5, None, 'a "b", c', "x"]]) == '-1.5,,"a ""b"", c",x\r\n'


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"limit": 0}, {"decision": "maybe"}, {"since": "1"}, {"format": "x"}]
)
async def test_a_wrong_query_is_refused(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await client.get("/v1/decisions", params=query)

    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"
