from typing import Any

import pytest

from components.recovery_specs import RESTORED
from tests.e2e.restore import RestoreError, instant, manifest

LEDGER: dict[str, Any] = {
    "metadata": {"name": "ledger"},
    "spec": {
        "imageName": "postgresql:17",
        "instances": 3,
        "postgresql": {"parameters": {"max_connections": "100"}, "synchronous": {"number": 1}},
        "resources": {"limits": {"memory": "384Mi"}},
        "storage": {"size": "2Gi"},
        "bootstrap": {"initdb": {"database": "fraud"}},
        "plugins": [{"isWALArchiver": True, "parameters": {"barmanObjectName": "archive"}}],
    },
}


def test_what_is_restored_has_the_ledgers_size_and_none_of_its_copies() -> None:
    made = manifest(LEDGER, "before", "2026-11-21T20:15:30Z")

    assert made["metadata"]["labels"] == {RESTORED: "archive"}
    spec = made["spec"]
    assert (spec["instances"], spec["storage"]) == (1, {"size": "2Gi"})
    assert spec["postgresql"] == {"parameters": {"max_connections": "100"}}
    assert spec["bootstrap"]["recovery"]["recoveryTarget"] == {"targetTime": "2026-11-21T20:15:30Z"}
    assert spec["externalClusters"][0]["plugin"]["parameters"] == {
        "barmanObjectName": "archive",
        "serverName": "ledger",
    }


def test_a_ledger_without_an_archive_is_refused_with_the_remedy() -> None:
    bare = LEDGER | {"spec": LEDGER["spec"] | {"plugins": []}}

    with pytest.raises(RestoreError, match="no archive; raise the profile `backups`"):
        manifest(bare, "before", "")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ""),
        ("2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678901Z"),
        ("2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05Z"),
    ],
)
def test_an_instant_is_told_in_utc(text: str, read: str) -> None:
    assert instant(text) == read


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("yesterday", "AT is 'yesterday', allowed: a moment by RFC 3339"),
        ("2026-01-02T03:04:05", "without a zone; add Z"),
        ("2999-01-02T03:04:05Z", "which has not come yet"),
    ],
)
def test_an_instant_that_is_none_is_refused_with_what_is_allowed(text: str, complaint: str) -> None:
    with pytest.raises(RestoreError, match=complaint):
        instant(text)
