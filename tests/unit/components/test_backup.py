import pulumi
import pytest

from components.backup import Backup
from tests.unit.components.backed_up import backed_up, ledger_without_archive
from tests.unit.engine import Deploy
from tests.unit.verdict import verdict


def test_the_first_one_is_taken_at_once_and_the_others_by_the_clock(deploy: Deploy) -> None:
    made = deploy(
        lambda: Backup("nightly", namespace="fraud", of=backed_up(), schedule="5 1 * * *")
    )

    spec = made["ScheduledBackup", "nightly"]["spec"]
    assert spec["immediate"] is True
    assert spec["schedule"] == "0 5 1 * * *"
    assert spec["cluster"] == {"name": "ledger"}
    assert (spec["method"], spec["pluginConfiguration"]["name"]) == (
        "plugin",
        "barman-cloud.cloudnative-pg.io",
    )


def test_with_it_a_postgres_follows_the_policy_of_backups(deploy: Deploy) -> None:
    made = deploy(lambda: Backup("nightly", namespace="fraud", of=backed_up()))

    assert not [each for each in verdict(made) if each.startswith("postgres-backed-up")]


def test_a_postgres_without_an_archive_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="Backup nightly: ledger has no archive; give it one"):
        deploy(lambda: Backup("nightly", namespace="fraud", of=ledger_without_archive()))


def test_a_schedule_with_seconds_is_refused_with_what_is_allowed(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match=r"'0 5 1 \* \* \*', allowed: cron's"):
        deploy(lambda: Backup("nightly", namespace="fraud", of=backed_up(), schedule="0 5 1 * * *"))


def test_a_snapshot_is_taken_by_the_storage_while_the_database_serves(deploy: Deploy) -> None:
    made = deploy(
        lambda: Backup("snapshots", namespace="fraud", of=backed_up("csi"), snapshots=True)
    )

    spec = made["ScheduledBackup", "snapshots"]["spec"]
    assert (spec["method"], spec["online"]) == ("volumeSnapshot", True)
    assert "pluginConfiguration" not in spec
    told = made["Cluster", "ledger"]["spec"]["backup"]["volumeSnapshot"]
    assert told == {"className": "csi", "snapshotOwnerReference": "backup"}


def test_beside_a_class_of_snapshots_files_are_still_files(deploy: Deploy) -> None:
    made = deploy(lambda: Backup("nightly", namespace="fraud", of=backed_up("csi")))

    assert made["ScheduledBackup", "nightly"]["spec"]["method"] == "plugin"


def test_snapshots_of_storage_that_takes_none_are_refused_with_where_to_look(
    deploy: Deploy,
) -> None:
    with pytest.raises(
        pulumi.RunError, match="names no snapshot_class; give it one of `kubectl get volumesnap"
    ):
        deploy(lambda: Backup("nightly", namespace="fraud", of=backed_up(), snapshots=True))


def test_a_class_that_no_storage_can_have_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="snapshot_class is 'EBS CSI', allowed: a name that"):
        deploy(lambda: backed_up("EBS CSI"))
