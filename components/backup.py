from pulumi import Input, ResourceOptions, RunError
from pulumi_kubernetes.apiextensions import CustomResource

from components.archive_specs import PLUGIN
from components.component import Component, Spec
from components.postgres import Postgres
from components.postgres_specs import API

FIELDS = 5
FILES: Spec = {"method": "plugin", "pluginConfiguration": {"name": PLUGIN}}
# The database serves on; the log of these moments is in the archive.
SNAPSHOT: Spec = {"method": "volumeSnapshot", "online": True}


class Backup(Component):
    """Base backups of a Postgres into its archive: one at once, then by the clock.

    Taken from a standby where there is one. Between them its log is archived all the time, so
    their number decides how long a restore takes, not how much is lost. As snapshots they are
    made and restored in seconds, but lie where the data lies: beside files, not instead of them.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        of: Postgres,
        schedule: str = "0 2 * * *",
        snapshots: bool = False,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`schedule` is cron's five fields in UTC; `snapshots` are the storage's own."""
        if of.archive is None:
            raise RunError(f"Backup {name}: {of.name} has no archive; give it one")
        if snapshots and not of.archive.snapshot_class:
            raise RunError(
                f"Backup {name}: the archive of {of.name} names no snapshot_class; give it one of"
                " `kubectl get volumesnapshotclass`, or leave snapshots out where there is none"
                " (local-path storage has none)"
            )
        if len(schedule.split()) != FIELDS:
            raise RunError(
                f"Backup {name}: schedule is {schedule!r}, allowed: cron's five fields, '0 2 * * *'"
            )
        super().__init__(name, namespace, opts)
        CustomResource(
            name,
            api_version=API,
            kind="ScheduledBackup",
            metadata=self.named(name),
            spec={
                # The operator's clock has seconds.
                "schedule": f"0 {schedule}",
                "immediate": True,
                "cluster": {"name": of.name},
                "target": "prefer-standby",
                **(SNAPSHOT if snapshots else FILES),
                "backupOwnerReference": "self",
            },
            opts=self.child_after(of),
        )
        self.register_outputs({})
