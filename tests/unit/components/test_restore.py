import pulumi
import pytest

from components.restore import Restore
from tests.unit.components.backed_up import backed_up, ledger_without_archive
from tests.unit.engine import Deploy, Inputs

INSTANT = "2026-11-21T20:15:30.123456Z"


def restored(deploy: Deploy, at: str = INSTANT) -> Inputs:
    made = deploy(lambda: Restore("ledger-before", namespace="fraud", of=backed_up(), at=at))
    spec: Inputs = made["Cluster", "ledger-before"]["spec"]
    return spec


def test_it_begins_as_the_other_was_at_that_instant(deploy: Deploy) -> None:
    spec = restored(deploy)

    recovery = spec["bootstrap"]["recovery"]
    assert recovery["recoveryTarget"] == {"targetTime": INSTANT}
    (origin,) = spec["externalClusters"]
    assert origin["name"] == recovery["source"]
    assert origin["plugin"]["parameters"] == {
        "barmanObjectName": "archive",
        "serverName": "ledger",
    }


def test_without_an_instant_it_takes_all_of_the_log(deploy: Deploy) -> None:
    assert "recoveryTarget" not in restored(deploy, at="")["bootstrap"]["recovery"]


def test_it_is_one_instance_that_archives_nothing_and_waits_for_nobody(deploy: Deploy) -> None:
    spec = restored(deploy)

    assert spec["instances"] == 1
    assert "plugins" not in spec
    assert "synchronous" not in spec["postgresql"]
    assert spec["inheritedMetadata"]["labels"]["bulwark.io/restored-from"] == "archive"


def test_a_postgres_without_an_archive_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="Restore again: ledger has no archive"):
        deploy(lambda: Restore("again", namespace="fraud", of=ledger_without_archive()))


def test_from_a_snapshot_it_begins_there_and_goes_on_by_the_log(deploy: Deploy) -> None:
    made = deploy(
        lambda: Restore(
            "again", namespace="fraud", of=backed_up("csi"), at=INSTANT, snapshot="snapshots-1"
        )
    )

    recovery = made["Cluster", "again"]["spec"]["bootstrap"]["recovery"]
    assert recovery["volumeSnapshots"]["storage"] == {
        "apiGroup": "snapshot.storage.k8s.io",
        "kind": "VolumeSnapshot",
        "name": "snapshots-1",
    }
    assert recovery["source"] == "origin"
    assert recovery["recoveryTarget"] == {"targetTime": INSTANT}
