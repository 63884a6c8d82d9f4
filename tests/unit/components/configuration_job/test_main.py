import importlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from components.configuration_job.exporting import packed, unpacked
from components.verification_job.errors import VerificationError
from tests.unit.components.configuration_job.bucket_fake import Store, boto

RECORD = "/api/v1/namespaces/fraud/configmaps/configuration-record"
PLAN: dict[str, Any] = {
    "namespaces": ["fraud"],
    "kinds": {"": ["services"]},
    "keep_days": 7,
    "bucket": {"name": "configuration", "region": "us-east-1", "endpoint": "http://objects:7070"},
    "record": {"namespace": "fraud", "name": "configuration-record"},
}
SERVICES: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ServiceList",
    "items": [
        {"metadata": {"name": name, "namespace": "fraud"}, "spec": {}} for name in ("api", "db")
    ],
}


class FakeApi:
    """A namespace with two services, and the record."""

    def __init__(self) -> None:
        self.data: dict[str, str] = {}
        self.refusals = 0

    def get(self, path: str) -> dict[str, Any]:
        if path == "/version" and self.refusals:
            self.refusals -= 1
            raise VerificationError("GET /version: refused")
        home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "fraud"}}
        paths: dict[str, dict[str, Any]] = {
            "/api/v1/namespaces/fraud": home,
            "/api/v1/namespaces/fraud/services": SERVICES,
            RECORD: {"data": self.data},
        }
        return paths.get(path, {})

    def merge(self, path: str, change: dict[str, Any]) -> None:
        assert path == RECORD
        self.data |= change["data"]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def job(store: Store, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, module in boto(store).items():
        monkeypatch.setitem(sys.modules, name, module)
    names = [f"components.configuration_job.{name}" for name in ("bucket", "__main__")]
    for name in names:
        sys.modules.pop(name, None)
    module = importlib.import_module(names[-1])
    monkeypatch.setattr(module, "Api", lambda: api)
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    monkeypatch.setenv("JOB", "configuration-29876543")
    yield module
    for name in names:
        sys.modules.pop(name, None)


def runs(api: FakeApi) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(api.data["runs.json"])
    return read


def figures(api: FakeApi) -> dict[str, float]:
    return {
        sample.name.removeprefix("bulwark_configuration_backup_"): sample.value
        for family in text_string_to_metric_families(api.data["metrics.txt"])
        for sample in family.samples
    }


def test_all_objects_are_in_the_file_and_the_record_says_so(
    job: Any, api: FakeApi, store: Store
) -> None:
    assert job.backup(PLAN) == 0

    (run,) = runs(api)
    assert (run["ok"], run["objects"], run["kinds"]) == (True, 3, {"Namespace": 1, "Service": 2})
    written = unpacked(store.objects[run["key"]])
    assert [it["metadata"]["name"] for it in written] == ["fraud", "api", "db"]
    told = figures(api)
    assert (told["last_run_success"], told["objects"]) == (1, 3)
    assert told["last_success_timestamp_seconds"] == run["ended"]
    assert store.asked[0]["endpoint_url"] == "http://objects:7070"


def test_a_file_that_is_not_read_back_whole_is_a_failure(
    job: Any, api: FakeApi, store: Store
) -> None:
    store.spoil = True

    assert job.backup(PLAN) == 1
    (run,) = runs(api)
    assert (run["ok"], "SHA-256" in run["error"]) == (False, True)
    assert "last_success_timestamp_seconds" not in figures(api)


def test_after_a_failure_the_last_success_stays_what_it_was(
    job: Any, api: FakeApi, store: Store
) -> None:
    job.backup(PLAN)
    good = figures(api)["last_success_timestamp_seconds"]
    store.spoil = True
    job.backup(PLAN)

    assert (figures(api)["last_run_success"], figures(api)["objects"]) == (0, 3)
    assert figures(api)["last_success_timestamp_seconds"] == good


def test_an_api_server_that_is_reached_late_is_waited_for(job: Any, api: FakeApi) -> None:
    api.refusals = 3

    assert job.backup(PLAN) == 0


def test_one_that_never_answers_is_a_failure_in_one_line(
    job: Any, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.refusals = 1000
    monkeypatch.setattr(job, "PATH_SECONDS", -1)

    assert job.backup(PLAN) == 1
    assert runs(api)[0]["error"] == "GET /version: refused"


def test_a_bucket_that_must_encrypt_is_asked_to(job: Any, store: Store) -> None:
    bucket = PLAN["bucket"] | {"encryption": "aws:kms", "endpoint": ""}
    job.backup(PLAN | {"bucket": bucket})

    assert store.asked[0]["endpoint_url"] is None
    assert store.asked[1]["ServerSideEncryption"] == "aws:kms"


def test_another_file_is_kept_and_fetched_by_the_same_rules(
    job: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(PLAN))
    body = packed([{"a": 1}])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(body)))

    assert job.main(plan, "keep", "state/dev/", ".json.gz") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == len(body)

    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    assert job.main(plan, "fetch", "state/dev/", ".json.gz") == 0
    assert out.getvalue() == f"{told['key']}\n".encode() + body


def test_the_files_are_listed_oldest_first(
    job: Any, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(PLAN))
    for day in ("22", "21"):
        for suffix in ("", ".sha256"):
            store.objects[f"objects/2026-11-{day}T20-15-30Z.jsonl.gz{suffix}"] = b""

    assert job.main(plan, "list", "objects/", ".jsonl.gz") == 0
    assert capsys.readouterr().out.split() == [
        "objects/2026-11-21T20-15-30Z.jsonl.gz",
        "objects/2026-11-22T20-15-30Z.jsonl.gz",
    ]


def test_a_file_that_is_not_there_is_told_in_one_line(
    job: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(PLAN))

    assert job.main(plan, "fetch", "state/dev/", ".json.gz", "state/dev/x.json.gz") == 1
    said = capsys.readouterr().err
    assert said == ("error: s3://configuration/state/dev/x.json.gz: NoSuchKey in configuration\n")
