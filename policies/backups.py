"""A Postgres says where its backups go and when they are taken."""

from __future__ import annotations

from collections.abc import Iterator

from policies.manifests import at, is_postgres, namespace_of, of_kind
from policies.policy import Manifest, Objects, Subject


def databases(objects: Objects) -> Iterator[Subject]:
    """Picks the Postgres clusters, each with the schedules of its backups."""
    schedules = of_kind(objects, "ScheduledBackup")
    for database in filter(is_postgres, objects):
        home, name = namespace_of(database), at(database, "metadata").get("name")
        own = [
            each["spec"]
            for each in schedules
            if namespace_of(each) == home and at(each, "spec", "cluster").get("name") == name
        ]
        yield Subject(
            where="it", body={"spec": at(database, "spec"), "schedules": own}, owner=database
        )


def is_not_backed_up(database: Manifest) -> Iterator[str]:
    """No place for backups and the log, or no schedule."""
    archives = any(each.get("isWALArchiver") for each in at(database["spec"], "plugins"))
    backup = at(database["spec"], "backup")
    if not (archives or backup.get("barmanObjectStore") or backup.get("volumeSnapshot")):
        yield "has no place for its backups; pass it to a Backup"
    if all(each.get("suspend") for each in database["schedules"]):
        yield "has no ScheduledBackup; pass it to a Backup"
