import json
from pathlib import Path
from typing import Any

import pytest

from components.verification_job import restoring
from components.verification_job.errors import VerificationError
from components.verification_job.restoring import HEALTHY, Restoration

CLUSTERS = "/apis/postgresql.cnpg.io/v1/namespaces/away/clusters"
SECRETS = "/api/v1/namespaces/away/secrets"
PODS = "/api/v1/namespaces/away/pods"


class FakeApi:
    """An API server in which a created cluster goes through phases."""

    def __init__(self, *phases: str, failed: str = "") -> None:
        self.things: dict[str, Any] = {}
        self.phases, self.failed = list(phases), failed
        self.deleted: list[str] = []

    def get(self, path: str) -> dict[str, Any]:
        if path.startswith(f"{PODS}?"):
            pod = {"metadata": {"name": "job-1"}, "status": {"phase": "Failed"}}
            return {"items": [pod] if self.failed else []}
        if path == PODS:
            return {"items": []}
        thing: dict[str, Any] = self.things.get(path, {})
        if path.startswith(CLUSTERS) and thing and self.phases:
            return thing | {"status": {"phase": self.phases.pop(0)}}
        return thing

    def create(self, path: str, thing: dict[str, Any]) -> None:
        self.things[f"{path}/{thing['metadata']['name']}"] = thing

    def delete(self, path: str) -> None:
        self.deleted.append(path)
        self.things.pop(path, None)

    def log(self, path: str, *, container: str = "") -> str:
        assert path == f"{PODS}/job-1"
        complaint = {"level": "error", "msg": self.failed, "error": "exit 4"}
        return json.dumps(complaint) if container == "plugin-barman-cloud" else "restoring\n"


def restoration(api: FakeApi, files: Path, patience: float = 5.0) -> Restoration:
    (files / "password").write_text("s3cret")
    cluster = {"metadata": {"name": "restored"}}
    it: Any = api
    return Restoration(
        api=it,
        namespace="away",
        cluster=cluster,
        credentials="objects-backups",
        files=files,
        patience=patience,
    )


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "EVERY", 0.0)


def test_what_it_made_is_gone_at_the_end(tmp_path: Path) -> None:
    api = FakeApi("Setting up primary", HEALTHY)

    with restoration(api, tmp_path).restored() as seconds:
        assert seconds >= 0
        assert api.things[f"{SECRETS}/objects-backups"]["stringData"] == {"password": "s3cret"}

    assert api.things == {}


def test_what_an_earlier_run_left_goes_first(tmp_path: Path) -> None:
    api = FakeApi(HEALTHY)
    api.things[f"{SECRETS}/objects-backups"] = {"metadata": {"name": "objects-backups"}}

    with restoration(api, tmp_path).restored():
        assert api.deleted[0] == f"{CLUSTERS}/restored"


def test_a_restore_that_fails_is_told_with_its_reason_and_cleared_away(tmp_path: Path) -> None:
    api = FakeApi("Setting up primary", failed="crc mismatch in data.tar.snappy")

    with (
        pytest.raises(VerificationError, match="the restore failed: crc mismatch"),
        restoration(api, tmp_path).restored(),
    ):
        pytest.fail("nothing was restored")

    assert api.things == {}


def test_a_restore_that_takes_too_long_is_told_with_its_phase(tmp_path: Path) -> None:
    api = FakeApi("Setting up primary")

    with (
        pytest.raises(VerificationError, match="not restored within -0 s: Setting up primary"),
        restoration(api, tmp_path, patience=-0.1).restored(),
    ):
        pytest.fail("nothing was restored")


def test_a_value_that_the_operator_did_not_make_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="secret away/restored-app has no password"):
        restoration(FakeApi(), tmp_path).key("restored-app", "password")
