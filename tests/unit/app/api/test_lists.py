"""Lists over HTTP, on books in memory."""

import httpx
import pytest

MARIA = {"X-Actor": "maria"}
STOLEN = {"of": "customer", "id": 7, "why": "reported stolen"}


async def add(client: httpx.AsyncClient, *entries: dict[str, object]) -> httpx.Response:
    return await client.post("/v1/lists/stolen", json={"entries": list(entries)}, headers=MARIA)


async def test_an_entry_is_there_with_who_put_it_there_and_why(client: httpx.AsyncClient) -> None:
    answer = await add(client, STOLEN | {"until": "2027-01-01T00:00:00+01:00"})

    (entry,) = (await client.get("/v1/lists/stolen")).json()["entries"]
    assert answer.json() == {"entries": 1}
    assert (entry["added_by"], entry["why"]) == ("maria", "reported stolen")
    assert entry["until"] == "2026-12-31T23:00:00.000000+00:00"


async def test_lists_are_told_with_how_many_they_hold(client: httpx.AsyncClient) -> None:
    await add(client, STOLEN, STOLEN | {"id": 8}, STOLEN | {"of": "terminal"})

    lists = (await client.get("/v1/lists")).json()["lists"]

    assert lists == [
        {"list": "stolen", "of": "customer", "entries": 2},
        {"list": "stolen", "of": "terminal", "entries": 1},
    ]


async def test_a_list_is_read_page_by_page(client: httpx.AsyncClient) -> None:
    await add(client, *(STOLEN | {"id": number} for number in (0, 10, 9)))

    first = (await client.get("/v1/lists/stolen", params={"limit": 2})).json()
    rest = (await client.get("/v1/lists/stolen", params={"after": first["next"]})).json()

    assert [one["id"] for one in first["entries"] + rest["entries"]] == [0, 9, 10]
    assert rest["next"] is None


async def test_an_entry_is_taken_off_once(client: httpx.AsyncClient) -> None:
    await add(client, STOLEN)
    path, why = "/v1/lists/stolen/customer/7", {"why": "found again"}

    first = await client.delete(path, params=why, headers=MARIA)
    again = await client.delete(path, params=why, headers=MARIA)

    assert (first.status_code, again.status_code) == (204, 404)
    assert again.json()["detail"] == "customer 7 is not on the list stolen"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (STOLEN | {"id": "7"}, "entries.0.id: input should be a valid integer"),
        (STOLEN | {"of": "card"}, "entries.0.of: input should be 'customer' or 'terminal'"),
        (STOLEN | {"why": ""}, "entries.0.why: string should have at least 3 characters"),
        (STOLEN | {"until": "tomorrow"}, "entries.0.until: must be RFC 3339"),
    ],
)
async def test_an_entry_that_is_not_quite_right_is_refused(
    client: httpx.AsyncClient, entry: dict[str, object], said: str
) -> None:
    answer = await add(client, entry)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(said)


async def test_an_entry_twice_in_a_request_is_refused(client: httpx.AsyncClient) -> None:
    answer = await add(client, STOLEN, STOLEN)

    assert answer.json()["detail"] == "entries: customer 7 is there twice"


async def test_a_list_has_a_plain_name(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/lists/Stolen Cards")

    assert answer.status_code == 422
