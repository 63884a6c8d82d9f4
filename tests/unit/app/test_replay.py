"""The replaying client, against the app in memory."""

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app import replay
from app.domain.simulator import Simulation
from app.domain.transactions import Transactions
from app.domain.world import World
from app.training import evaluate
from app.training.evaluate import Comparison, Figures
from tests.unit.app.memory import payment

URL = "http://127.0.0.1:1"


def decision(number: int) -> dict[str, Any]:
    return {
        "transaction_id": number,
        "decision": "review" if number % 2 else "approve",
        "score": number / 1000,
        "degraded": number == 3,
    }


def answering(request: httpx.Request) -> httpx.Response:
    asked = json.loads(request.content)
    if request.url.path == "/v1/score":
        return httpx.Response(200, json=decision(asked["transaction_id"]))
    decisions = [decision(one["transaction_id"]) for one in asked["transactions"]]
    return httpx.Response(200, json={"decisions": decisions})


class Script:
    """Troubles first, then answers; and a clock that the client's sleep moves."""

    def __init__(self, *troubles: httpx.Response | Exception) -> None:
        self.troubles = list(troubles)
        self.slept: list[float] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if not self.troubles:
            return answering(request)
        trouble = self.troubles.pop(0)
        if isinstance(trouble, Exception):
            raise trouble
        return trouble

    def client(self, patience: float = 5) -> replay.Client:
        http = httpx.Client(transport=httpx.MockTransport(self), base_url=URL)
        return replay.Client(http, patience_seconds=patience, sleep=self.slept.append)


def week(size: int) -> Transactions:
    numbers = np.arange(size)
    return Transactions(
        ids=numbers,
        customers=numbers % 7,
        terminals=numbers % 5,
        amounts=np.full(size, 57.1),
        times=1_533_686_400 + numbers,
        scenarios=numbers % 2,
    )


def test_some_go_singly_most_in_batches_all_in_order() -> None:
    parts = [[one.transaction_id for one in part] for part in replay.parts(list(week(1100)))]

    assert [len(part) for part in parts] == [1] * 25 + [500] + [1] * 25 + [500] + [1] * 25 + [25]
    assert list(chain(*parts)) == list(range(1100))


def test_a_payment_travels_as_decimal_text_and_utc() -> None:
    script = Script()
    script.client().tell([payment(0, amount=57.1)])

    assert json.loads(script.asked[0].content) == {
        "transaction_id": 0,
        "customer_id": 7,
        "terminal_id": 9,
        "amount": "57.10",
        "time": "2018-08-08T00:01:14+00:00",
    }


def test_every_payment_is_answered_once() -> None:
    ticks: list[int] = []

    answers = replay.replay(Script().client(), week(600), ticks.append)

    assert list(answers.scores) == list(range(600))
    assert (sum(ticks), answers.retries, answers.degraded) == (600, 0, 1)


def test_a_503_is_told_again_under_the_same_id_after_the_time_it_asks_for() -> None:
    script = Script(httpx.Response(503, headers={"Retry-After": "2"}), httpx.ConnectError("gone"))
    client = script.client()

    client.tell([payment(4)])

    assert script.slept == [2.0, 1.0]
    assert len({request.content for request in script.asked}) == 1
    assert client.answers.retries == 2
    assert client.answers.milliseconds == []


def test_patience_ends() -> None:
    script = Script(*[httpx.ConnectError("gone")] * 99)

    with pytest.raises(
        replay.ReplayError, match="not answered in 5 s, at last: ConnectError: gone"
    ):
        script.client(patience=5).tell([payment(4)])

    assert len(script.asked) < 10


@pytest.mark.parametrize("status", [401, 409, 422, 500])
def test_any_other_refusal_ends_it(status: int) -> None:
    with pytest.raises(replay.ReplayError, match=f"{status} why"):
        Script(httpx.Response(status, text="why")).client().tell([payment(4)])


def test_features_are_asked_for_when_they_are_wanted() -> None:
    script = Script()
    http = httpx.Client(transport=httpx.MockTransport(script), base_url=URL)
    client = replay.Client(http, features=True)

    client.tell([payment(4)])
    client.tell([payment(5), payment(6)])

    asked = [request.url.raw_path for request in script.asked]
    assert asked == [b"/v1/score?features=true", b"/v1/score/batch?features=true"]
    assert len(client.answers.milliseconds) == 1


def test_labels_are_told_with_their_source_and_as_patiently_as_payments() -> None:
    told = {"labels": [{"transaction_id": 4, "fraud": True}]}
    script = Script(httpx.Response(503), httpx.Response(200, json=told))

    script.client().label({4: True}, "desk")

    assert json.loads(script.asked[1].content) == told | {"source": "desk"}
    assert script.asked[1].url.path == "/v1/labels"


def test_an_answer_of_other_labels_is_not_taken() -> None:
    told = {"labels": [{"transaction_id": 4, "fraud": False}]}

    with pytest.raises(replay.ReplayError, match="other labels"):
        Script(httpx.Response(200, json=told)).client().label({4: True}, "desk")


def test_an_answer_of_another_payment_is_not_taken() -> None:
    with pytest.raises(replay.ReplayError, match="other payments"):
        Script(httpx.Response(200, json=decision(5))).client().tell([payment(4)])


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("http://10.77.0.2:30080", True),
        ("http://10.78.0.2:30080", False),
        ("http://fraud.example.com", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_only_this_machine_and_its_clusters_are_ours(url: str, ours: bool) -> None:  # noqa: FBT001
    assert replay.ours(url) is ours


Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "key").write_text("the-key\n")
    simulation = Simulation(World(), week(100), (0, 0, 0))
    monkeypatch.setattr(replay, "simulate", lambda: simulation)
    monkeypatch.setattr(Simulation, "test_week", lambda self: self.transactions)
    transport = httpx.MockTransport(answering)
    client = httpx.Client

    def fake(**given: Any) -> httpx.Client:
        assert given["headers"] == {"X-API-Key": "the-key"}
        return client(transport=transport, **given)

    monkeypatch.setattr(httpx, "Client", fake)

    def run(*more: str, url: str = URL) -> int:
        return replay.main(["--url", url, "--key-file", str(tmp_path / "key"), *more])

    return run


def test_the_command_replays_counts_and_writes_the_scores(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--count", "60", "--scores", str(tmp_path / "scores")) == 0

    summary = capsys.readouterr().out.splitlines()[-1]
    assert "replayed 60 payments" in summary
    assert "30 approve, 30 review, 0 decline; 1 degraded, 0 retries" in summary
    lines = (tmp_path / "scores").read_text().splitlines()
    assert [json.loads(line)["transaction_id"] for line in lines] == list(range(60))


def test_the_command_compares_when_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    same = Comparison(60, 30, Figures(0.9, 0.7), Figures(0.9, 0.7), 0.0)
    monkeypatch.setattr(evaluate, "offline_scores", lambda *_: None)
    monkeypatch.setattr(evaluate, "compare", lambda *_: same)

    assert run("--compare") == 0
    assert "AUC 0.9000 (offline 0.9000)" in capsys.readouterr().out


def test_a_target_that_is_not_ours_gets_no_load(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(url="http://fraud.example.com") == 1
    assert "set ALLOW_REMOTE=1" in capsys.readouterr().err

    monkeypatch.setenv("ALLOW_REMOTE", "1")
    assert run(url="http://fraud.example.com") == 0
