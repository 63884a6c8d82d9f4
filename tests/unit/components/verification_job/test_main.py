import base64
import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from components.verification_job.comparing import Compared
from components.verification_job.errors import VerificationError
from tests.unit.components.verification_job.test_comparing import Database

NEWEST = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
PLAN: dict[str, Any] = {
    "namespace": "away",
    "cluster": {"metadata": {"name": "restored"}},
    "credentials": "objects-backups",
    "original": {"host": "ledger-rw"},
    "restored": {"host": "restored-rw"},
    "tables": [{"name": "decisions", "moment": "decided_at", "columns": ["transaction_id"]}],
    "record": {"namespace": "fraud", "name": "verification-record"},
    "patience_seconds": 5,
    "lag_seconds": 600,
}
RECORD = "/api/v1/namespaces/fraud/configmaps/verification-record"


class Connected(Database):
    """A database that was connected to; it can say how large it is."""

    def set_session(self, **asked: bool) -> None:
        assert asked == {"readonly": True, "autocommit": True}

    def close(self) -> None:
        """Nothing to close."""

    def fetchone(self) -> tuple[int]:
        assert "pg_database_size" in self.asked[-1][0]
        return (2048,)

    def execute(self, query: str, values: tuple[Any, ...] = ()) -> None:
        super().execute(query, values)


class FakeApi:
    """The record, and the secrets of the restored database."""

    def __init__(self) -> None:
        self.data: dict[str, str] = {}

    def get(self, path: str) -> dict[str, Any]:
        if path == RECORD:
            return {"data": self.data}
        return {"data": {key: base64.b64encode(b"x").decode() for key in ("ca.crt", "password")}}

    def merge(self, path: str, change: dict[str, Any]) -> None:
        assert path == RECORD
        self.data |= change["data"]


class Driver(ModuleType):
    """psycopg2, which lives in the job's image."""

    class Error(Exception):
        """Any."""

    class OperationalError(Error):
        """No connection."""

    def __init__(self) -> None:
        super().__init__("psycopg2")
        self.refusals = 0
        self.hosts: list[str] = []

    def connect(self, *, host: str, **given: object) -> Connected:
        assert given["sslmode"] == "verify-full"
        if self.refusals:
            self.refusals -= 1
            raise self.OperationalError("Connection\n refused")
        self.hosts.append(host)
        return Connected(NEWEST)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    fake = Driver()
    monkeypatch.setitem(sys.modules, "psycopg2", fake)
    return fake


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def job(
    driver: Driver, api: FakeApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Any]:
    assert driver.refusals == 0
    name = "components.verification_job.__main__"
    sys.modules.pop(name, None)
    module = importlib.import_module(name)

    @contextmanager
    def restored(_: object) -> Iterator[float]:
        yield 30.0

    monkeypatch.setattr(module, "Api", lambda: api)
    monkeypatch.setattr(module.Restoration, "restored", restored)
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    monkeypatch.setenv("JOB", "verification-29876543")
    (tmp_path / "original").mkdir()
    (tmp_path / "original" / "password").write_text("p")
    yield module
    sys.modules.pop(name, None)


def test_a_good_backup_is_a_line_in_the_record_and_a_figure(
    job: Any, api: FakeApi, driver: Driver, tmp_path: Path
) -> None:
    assert job.main(PLAN, tmp_path) == 0

    (run,) = json.loads(api.data["runs.json"])
    assert (run["ok"], run["scheduled"], run["bytes"]) == (True, True, 2048)
    assert run["restore_seconds"] == 30.0
    assert run["tables"][0]["table"] == "decisions"
    assert "bulwark_backup_verification_last_run_success 1" in api.data["metrics.txt"]
    assert driver.hosts == ["ledger-rw", "restored-rw"]


def test_a_path_that_opens_late_is_waited_for(job: Any, driver: Driver, tmp_path: Path) -> None:
    driver.refusals = 3

    assert job.main(PLAN, tmp_path) == 0


def test_a_database_that_never_answers_is_a_failure_in_one_line(
    job: Any,
    api: FakeApi,
    driver: Driver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    driver.refusals = 1000
    monkeypatch.setattr(job, "CONNECT_SECONDS", -1)

    assert job.main(PLAN, tmp_path) == 1
    (run,) = json.loads(api.data["runs.json"])
    assert (run["ok"], run["error"]) == (False, "Connection refused")
    assert "bulwark_backup_verification_last_run_success 0" in api.data["metrics.txt"]


def test_a_run_by_hand_is_not_one_of_the_clock(
    job: Any, api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB", "verification-by-hand-a1b2c3")

    job.main(PLAN, tmp_path)

    assert json.loads(api.data["runs.json"])[0]["scheduled"] is False


def test_a_log_that_is_archived_late_is_an_error(job: Any) -> None:
    late = Compared(table="decisions", rows=1, checksum="1", lag_seconds=601)

    with pytest.raises(VerificationError, match="601 s older than the original's, allowed: 600"):
        job.judged([late], 600)
