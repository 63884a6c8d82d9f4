"""The typed client that `make client` makes."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.openapi import document
from tests.unit.app.memory import KEY, Service, amount_judge

GENERATOR = Path(sys.executable).parent / "openapi-python-client"
PAYMENT = {
    "transaction_id": 1,
    "customer_id": 7,
    "terminal_id": 9,
    "amount": "700.00",
    "time": "2018-08-08T00:01:14Z",
}


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document()))
    made = subprocess.run(
        [GENERATOR, "generate", "--path", folder / "openapi.json", "--output-path", folder / "out"],
        capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    assert "Unable to parse" not in made.stdout + made.stderr
    sys.path.insert(0, str(folder / "out"))
    yield importlib.import_module("bulwark_fraud_scoring_client")
    sys.path.remove(str(folder / "out"))


def part(client: Any, name: str) -> Any:
    return importlib.import_module(f"{client.__name__}.{name}")


async def test_a_client_made_from_the_document_scores_a_payment(client: Any) -> None:
    service = Service()
    models, score = part(client, "models"), part(client, "api.scoring.score")
    async with service.client() as http:
        typed = client.AuthenticatedClient(base_url="http://fraud", token=KEY)
        typed.set_async_httpx_client(http)

        verdict = await score.asyncio(client=typed, body=models.Payment.from_dict(PAYMENT))

    assert isinstance(verdict, models.Verdict)
    assert verdict.decision is models.Outcome.DECLINE
    assert verdict.model_version == amount_judge().scorer.version
    assert verdict.reasons[0].code == "amount"


async def test_it_tells_labels_and_is_told_typed_which_payments_are_unknown(client: Any) -> None:
    service = Service()
    models, score = part(client, "models"), part(client, "api.scoring.score")
    tell = part(client, "api.labels.tell_labels")
    async with service.client() as http:
        typed = client.AuthenticatedClient(base_url="http://fraud", token=KEY)
        typed.set_async_httpx_client(http)
        await score.asyncio(client=typed, body=models.Payment.from_dict(PAYMENT))

        told = [
            await tell.asyncio(
                client=typed,
                body=models.Feedbacks(labels=[models.Feedback(number, fraud=True)]),
            )
            for number in (1, 2)
        ]

    assert isinstance(told[0], models.Standings)
    assert (told[0].labels[0].fraud, told[0].labels[0].source) == (True, "client")
    assert isinstance(told[1], models.UnknownProblem)
    assert told[1].unknown == [2]


async def test_a_refusal_is_a_typed_problem(client: Any) -> None:
    service = Service()
    models, score = part(client, "models"), part(client, "api.scoring.score")
    async with service.client(key="wrong") as http:
        typed = client.AuthenticatedClient(base_url="http://fraud", token="wrong")  # noqa: S106
        typed.set_async_httpx_client(http)

        problem = await score.asyncio(client=typed, body=models.Payment.from_dict(PAYMENT))

    assert isinstance(problem, models.Problem)
    assert problem.detail == "X-API-Key is missing or wrong"


def test_the_document_names_the_key_the_limits_and_every_refusal() -> None:
    described = document()

    score = described["paths"]["/v1/score"]["post"]
    assert score["security"] == [{"APIKeyHeader": []}]
    assert set(score["responses"]) == {"200", "401", "409", "413", "422", "503"}
    payment = described["components"]["schemas"]["Payment"]
    assert payment["additionalProperties"] is False
    assert payment["examples"]
