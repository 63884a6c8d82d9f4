from pulumi import Input, ResourceOptions, RunError
from pulumi_kubernetes.apiextensions import CustomResource

from components.archive_specs import PLUGIN
from components.component import Component
from components.postgres import Postgres
from components.postgres_specs import API

FIELDS = 5


class Backup(Component):
    """Base backups of a Postgres into its archive: one at once, then by the clock.

    Taken from a standby where there is one. Between them its log is archived all the time, so
    their number decides how long a restore takes, not how much is lost.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        of: Postgres,
        schedule: str = "0 2 * * *",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`schedule` is cron's five fields in UTC."""
        if of.archive is None:
            raise RunError(f"Backup {name}: {of.name} has no archive; give it one")
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
                "method": "plugin",
                "pluginConfiguration": {"name": PLUGIN},
                "backupOwnerReference": "self",
            },
            opts=self.child_after(of),
        )
        self.register_outputs({})
