"""A database that begins as another one was: from its newest base backup and its log."""

from components.archive_specs import plugin_of
from components.component import PLATFORM, Spec

RESTORED = "bulwark.io/restored-from"
"""Label of the pods of a restored database; its value is the archive's name."""
ORIGIN = "origin"
SNAPSHOT = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot"}


def recovery_of(server: str, *, archive: str, owner: str, at: str = "", snapshot: str = "") -> Spec:
    """How a database is made of another one's archive: all of its log, or up to an instant.

    `server` is the folder that its log lies in, `owner` the application's database and its
    owner, `at` an instant by RFC 3339. What committed at that very instant is in. With a
    `snapshot`, a VolumeSnapshot in its namespace, it begins there and not at a base backup.
    """
    target = {"recoveryTarget": {"targetTime": at}} if at else {}
    storage = {"storage": {**SNAPSHOT, "name": snapshot}}
    begin: Spec = {"volumeSnapshots": storage} if snapshot else {}
    return {
        "bootstrap": {
            "recovery": {"source": ORIGIN, "database": owner, "owner": owner, **begin, **target}
        },
        "externalClusters": [{"name": ORIGIN, "plugin": plugin_of(archive, server=server)}],
    }


def one_instance_of(described: Spec, *, archive: str) -> Spec:
    """A single instance for looking at what was restored, sized like the described database.

    It has nobody to wait for, archives nothing, and is no service's backend.
    """
    return {
        "instances": 1,
        "imageName": described["imageName"],
        "enablePDB": False,
        "inheritedMetadata": {"labels": {**PLATFORM, RESTORED: archive}},
        "postgresql": {"parameters": dict(described["postgresql"]["parameters"])},
        "resources": described["resources"],
        "storage": described["storage"],
        "smartShutdownTimeout": 1,
        "stopDelay": 30,
    }
