from typing import Any

import pytest

from policies.backups import databases, is_not_backed_up

PLACES: dict[str, Any] = {
    "a plugin that archives": {"plugins": [{"name": "barman", "isWALArchiver": True}]},
    "an object store": {"backup": {"barmanObjectStore": {"destinationPath": "s3://backups"}}},
    "snapshots": {"backup": {"volumeSnapshot": {"className": "snapshots"}}},
}
NO_PLACE = "has no place for its backups; pass it to a Backup"
NO_SCHEDULE = "has no ScheduledBackup; pass it to a Backup"


@pytest.mark.parametrize("spec", PLACES.values(), ids=PLACES)
def test_a_place_and_a_schedule_are_a_backup(spec: Any) -> None:
    assert not list(is_not_backed_up({"spec": spec, "schedules": [{"schedule": "@daily"}]}))


@pytest.mark.parametrize(
    ("spec", "schedules", "complaints"),
    [
        ({}, [], [NO_PLACE, NO_SCHEDULE]),
        ({}, [{}], [NO_PLACE]),
        ({"plugins": [{"name": "other"}]}, [{}], [NO_PLACE]),
        (PLACES["snapshots"], [], [NO_SCHEDULE]),
        (PLACES["snapshots"], [{"suspend": True}], [NO_SCHEDULE]),
    ],
)
def test_half_a_backup_is_none(spec: Any, schedules: list[Any], complaints: list[str]) -> None:
    assert list(is_not_backed_up({"spec": spec, "schedules": schedules})) == complaints


def test_a_schedule_counts_for_the_postgres_that_it_names() -> None:
    def schedule(name: str, namespace: str) -> dict[str, Any]:
        spec = {"cluster": {"name": name}, "schedule": "@daily"}
        return {"kind": "ScheduledBackup", "metadata": {"namespace": namespace}, "spec": spec}

    ledger = {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": "ledger", "namespace": "fraud"},
        "spec": PLACES["snapshots"],
    }
    other = {"apiVersion": "cluster.x-k8s.io/v1", "kind": "Cluster", "metadata": {"name": "ledger"}}
    ours = schedule("ledger", "fraud")

    (subject,) = databases((ledger, other, ours, schedule("ledger", "x"), schedule("x", "fraud")))

    assert subject.owner is ledger
    assert subject.body["schedules"] == [ours["spec"]]
