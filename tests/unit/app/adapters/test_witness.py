"""What is asked of the witness, and what becomes of a question that is not answered."""

import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.adapters.witness import Witness, WitnessAway


@dataclass
class Answer:
    status: int
    body: dict[str, Any]

    def read(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass
class Server:
    """An etcd's gateway behind the standard library's connection."""

    tokens: set[str] = field(default_factory=set)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    connections: int = 0
    trouble: Exception | None = None
    _answer: Answer = field(default_factory=lambda: Answer(200, {}))

    def connect(self, *_: object, **__: object) -> "Server":
        self.connections += 1
        return self

    def request(self, _: str, path: str, body: str, headers: dict[str, str]) -> None:
        if self.trouble:
            raise self.trouble
        token = headers.get("Authorization")
        self.asked.append((path, token))
        if path == "/v3/auth/authenticate":
            known = json.loads(body) == {"name": "east", "password": "p"}
            name = f"token-{len(self.asked)}"
            self.tokens.add(name)
            self._answer = Answer(200, {"token": name}) if known else Answer(400, {})
        else:
            self._answer = Answer(200, {"said": path}) if token in self.tokens else Answer(401, {})

    def getresponse(self) -> Answer:
        return self._answer

    def close(self) -> None: ...


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(http.client, "HTTPSConnection", server.connect)
    monkeypatch.setattr(ssl, "create_default_context", lambda **_: None)
    return server


def asker(password: str = "p") -> Witness:  # noqa: S107 (a test's)
    return Witness("https://10.76.1.2:2379", user="east", password=password, ca="/ca.crt")


def test_one_login_and_one_connection_serve_many_questions(server: Server) -> None:
    east = asker()

    assert east.ask("/v3/kv/txn", {}) == {"said": "/v3/kv/txn"}
    east.ask("/v3/kv/txn", {})

    assert [path for path, _ in server.asked].count("/v3/auth/authenticate") == 1
    assert server.connections == 1


def test_a_witness_that_restarted_is_told_the_password_again(server: Server) -> None:
    east = asker()
    east.ask("/v3/kv/txn", {})
    server.tokens.clear()
    with pytest.raises(WitnessAway, match="401"):
        east.ask("/v3/kv/txn", {})

    assert east.ask("/v3/kv/txn", {})


def test_a_question_that_fails_is_not_asked_again_by_itself(server: Server) -> None:
    east = asker()
    east.ask("/v3/kv/txn", {})
    server.trouble = TimeoutError()
    with pytest.raises(WitnessAway, match="TimeoutError"):
        east.ask("/v3/kv/txn", {})
    asked = len(server.asked)
    server.trouble = None

    assert east.ask("/v3/kv/txn", {})
    assert server.asked[asked:] == [("/v3/kv/txn", "token-1")]
    assert server.connections == 2


def test_a_wrong_password_is_an_absent_witness(server: Server) -> None:
    with pytest.raises(WitnessAway, match="authenticate: 400"):
        asker("wrong").ask("/v3/kv/txn", {})
    assert len(server.asked) == 1
