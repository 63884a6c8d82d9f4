import io
import json
import ssl
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from components.verification_job import cluster_api
from components.verification_job.cluster_api import Api
from components.verification_job.errors import VerificationError


class Server:
    """What urllib would reach: remembers requests, answers with what it is told."""

    def __init__(self) -> None:
        self.requests: list[urllib.request.Request] = []
        self.answer: bytes = b"{}"
        self.problem: Exception | None = None

    def open(self, request: urllib.request.Request, **_: object) -> io.BytesIO:
        self.requests.append(request)
        if self.problem:
            raise self.problem
        return io.BytesIO(self.answer)

    def refuse(self, code: int) -> None:
        why = io.BytesIO(b"it says no")
        self.problem = urllib.error.HTTPError("https://api", code, "no", Message(), why)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    fake = Server()
    (tmp_path / "token").write_text("t0ken")
    monkeypatch.setattr(cluster_api, "ACCOUNT", tmp_path)
    monkeypatch.setattr(ssl, "create_default_context", lambda **_: None)
    monkeypatch.setattr(urllib.request, "urlopen", fake.open)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    return fake


def test_it_asks_with_the_token_of_its_pod(server: Server) -> None:
    server.answer = b'{"kind": "Secret"}'

    assert Api().get("/api/v1/x") == {"kind": "Secret"}

    (request,) = server.requests
    assert request.full_url == "https://10.96.0.1:443/api/v1/x"
    assert request.get_header("Authorization") == "Bearer t0ken"


def test_what_is_sent_is_json_and_a_change_is_a_merge(server: Server) -> None:
    thing: dict[str, Any] = {"kind": "Cluster"}
    Api().create("/clusters", thing)
    Api().merge("/configmaps/record", thing)

    create, merge = server.requests
    assert (create.method, merge.method) == ("POST", "PATCH")
    assert isinstance(create.data, bytes)
    assert json.loads(create.data) == thing
    assert merge.get_header("Content-type") == "application/merge-patch+json"


def test_a_log_is_that_of_the_container_that_was_named(server: Server) -> None:
    server.answer = b"hello"

    assert Api().log("/pods/job-1", container="sidecar") == "hello"
    assert server.requests[0].full_url.endswith("/log?tailLines=200&container=sidecar")


def test_what_is_not_there_is_nothing_to_read_and_already_gone(server: Server) -> None:
    server.refuse(404)

    assert Api().get("/clusters/restored") == {}
    Api().delete("/clusters/restored")


@pytest.mark.parametrize("code", [403, 500])
def test_a_refusal_is_told_in_one_line(server: Server, code: int) -> None:
    server.refuse(code)

    with pytest.raises(VerificationError, match=f"GET /clusters: {code} it says no"):
        Api().get("/clusters")


def test_a_server_that_is_away_is_told_in_one_line(server: Server) -> None:
    server.problem = TimeoutError("timed out")

    with pytest.raises(VerificationError, match="POST /clusters: timed out"):
        Api().create("/clusters", {})
