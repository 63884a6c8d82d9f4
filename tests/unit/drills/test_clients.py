import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from tests.drills import clients as module
from tests.drills.clients import Clients
from tests.drills.clock import now
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import TooLateError, until
from tests.unit.drills.operations import acknowledged

Answer = Callable[[httpx.Request], httpx.Response]


class Service:
    """Answers in the running stack's place."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def scoring(self) -> httpx.Client:
        transport = httpx.MockTransport(self._answer)
        return httpx.Client(transport=transport, base_url="http://service")


def much(clients: Clients) -> bool:
    return len(clients.acknowledged()) >= 10


def worked(answer: Answer, enough: Callable[[Clients], bool] = much) -> Clients:
    clients = Clients(cast("RunningStack", Service(answer)))
    with clients.working():
        until(lambda: enough(clients), within=60, what="enough was told", every=0.05)
    return clients


def decided(request: httpx.Request) -> httpx.Response:
    number = json.loads(request.content)["transaction_id"] if request.content else "read"
    return httpx.Response(200, json={"decided_at": f"at {number}", "degraded": True})


def test_what_was_acknowledged_is_remembered_with_the_decision_that_was_told() -> None:
    told = worked(decided, lambda it: len({a.key for a in it.acknowledged()}) >= 5).acknowledged()

    assert all(it.value == f"at {it.key}" and it.degraded for it in told)
    assert [it.answered for it in told] == sorted(it.answered for it in told)


def test_payments_are_told_again_with_every_field_as_before() -> None:
    bodies = list[bytes]()

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return decided(request)

    def told() -> list[dict[str, Any]]:
        return [json.loads(body) for body in tuple(bodies) if body]

    def again(_: Clients) -> bool:
        return len(told()) > len({body["transaction_id"] for body in told()})

    worked(answer, again)

    different = {json.dumps(body) for body in told()}
    assert len(different) == len({body["transaction_id"] for body in told()})


def test_a_refusal_and_a_lost_answer_acknowledge_nothing_and_their_outcome_is_not_known() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(404)
        if json.loads(request.content)["transaction_id"] % 2:
            return httpx.Response(503)
        raise httpx.ConnectError("nobody there")

    def both(clients: Clients) -> bool:
        kinds = {(it.kind, it.status) for it in clients.since(0)}
        return kinds >= {("tell", 0), ("tell", 503), ("read", 404)}

    clients = worked(answer, both)

    assert clients.acknowledged() == []
    tellings = [it for it in clients.operations if it.kind == "tell"]
    assert {it.status for it in tellings} == {0, 503}
    assert not any(it.known for it in tellings)
    assert all(it.known and it.value is None for it in clients.operations if it.kind == "read")


def written(moment: float) -> Clients:
    """Clients whose last acknowledgement was then, after six seconds of writing."""
    clients = Clients(cast("RunningStack", None))
    clients.operations = acknowledged(*(moment - 0.2 * step for step in range(31)))
    return clients


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> float:
    """The moment at which the clock stands."""
    moment = now()
    monkeypatch.setattr(module, "now", lambda: moment)
    return moment


def test_writing_without_a_pause_is_not_waited_for(at: float) -> None:
    written(at).wait_steady(at - 6, within=0)


@pytest.mark.parametrize(("paused", "since"), [(3, -60), (0, 60)])
def test_after_a_pause_or_too_soon_after_the_moment_writing_is_not_steady(
    at: float, paused: float, since: float
) -> None:
    with pytest.raises(TooLateError, match="steady writing"):
        written(at - paused).wait_steady(at + since, within=0)


def test_in_the_end_every_payment_that_was_told_is_read_once_more() -> None:
    clients = worked(decided)
    before = len(clients.operations)

    clients.read_all()

    read = {it.key for it in clients.operations[before:]}
    assert read == {it.key for it in clients.operations if it.kind == "tell"}


def test_a_history_is_a_file_with_an_operation_a_line(tmp_path: Path) -> None:
    clients = worked(decided)
    clients.write(tmp_path / "history.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [it["called"] for it in lines] == sorted(it.called for it in clients.operations)
