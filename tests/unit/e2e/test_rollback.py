from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from kubernetes.client import ApiException

from app.telemetry import Telemetry
from tests.e2e import parts
from tests.e2e.rollback import all_run, champion, roll_back


def metrics(**versions: str) -> str:
    telemetry = Telemetry()
    for alias, version in versions.items():
        telemetry.model_info.labels(version, alias).set(1)
    return telemetry.exposition().decode()


class Stack:
    """As much of a running stack as a rollback asks: pods with their metrics, and the API."""

    namespace = "fraud"

    def __init__(self, **pods: str | None) -> None:
        self.texts = pods
        self.core = self
        self.told: list[Any] = []
        self.answers = [httpx.Response(200, json={"roles": {"champion": "b"}})]

    def connect_get_namespaced_pod_proxy_with_path(self, name: str, _: str, path: str) -> str:
        assert (name.partition(":")[2], path) == ("8080", "metrics")
        text = self.texts[name.partition(":")[0]]
        if text is None:
            raise ApiException(503)
        return text

    def patient(self) -> httpx.Client:
        def answer(request: httpx.Request) -> httpx.Response:
            self.told.append((request.url.path, request.content.decode()))
            return self.answers.pop(0)

        return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://fraud")


@pytest.fixture(autouse=True)
def pods(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(stack: Stack) -> list[Any]:
        return [SimpleNamespace(metadata=SimpleNamespace(name=name)) for name in stack.texts]

    monkeypatch.setattr(parts, "API", SimpleNamespace(pods=of, port=8080))


def test_a_process_tells_which_model_decides_in_it() -> None:
    assert champion(metrics(champion="b", previous="a")) == "b"
    assert champion(metrics(challenger="c")) == ""


def test_a_rollback_is_done_once_the_last_replica_follows() -> None:
    done, other = metrics(champion="a"), metrics(champion="b")

    assert all_run(Stack(one=done, two=other), "a") is None  # type: ignore[arg-type]
    assert all_run(Stack(one=done, two=None), "a") is None  # type: ignore[arg-type]
    assert all_run(Stack(), "a") is None  # type: ignore[arg-type]
    assert all_run(Stack(one=done, two=done), "a") == {"one": "a", "two": "a"}  # type: ignore[arg-type]


def test_it_names_the_model_that_it_rolls_back() -> None:
    stack = Stack()
    stack.answers.append(httpx.Response(200, json={"roles": {"champion": "a"}}))

    assert roll_back(stack, "it is worse") == ("b", "a")  # type: ignore[arg-type]
    path, body = stack.told[1]
    assert path == "/v1/models/rollback"
    assert body == '{"reason":"it is worse","expected":"b"}'


def test_what_the_registry_refuses_is_told() -> None:
    stack = Stack()
    stack.answers.append(httpx.Response(409, json={"detail": "there is none to go back to"}))

    with pytest.raises(AssertionError, match="409: there is none to go back to"):
        roll_back(stack, "it is worse")  # type: ignore[arg-type]
