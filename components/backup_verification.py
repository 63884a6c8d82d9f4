from collections.abc import Sequence

from pulumi import Input, ResourceOptions, RunError
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.batch.v1 import CronJob
from pulumi_kubernetes.core.v1 import ConfigMap

from components.archive_specs import API as ARCHIVE_API
from components.archive_specs import store_of
from components.backup_verification_access import Rights, open_paths
from components.backup_verification_specs import (
    Plan,
    job_of,
    modules,
)
from components.component import Component
from components.generated_secret import GeneratedSecret
from components.namespace import Namespace
from components.network import Endpoint
from components.postgres import Postgres
from components.postgres_specs import API
from components.run_record import RunRecord
from components.secrets import Secrets
from components.verification_job.comparing import Table


class BackupVerification(Component):
    """By the clock, the newest backup becomes a database that is held against the original.

    It is restored in a namespace that is closed, bounded and otherwise empty; the job may act
    there and nowhere else. What it found is a record and figures for Prometheus. Deliberately not
    a restore for use: what it made is gone when it ends.
    """

    metrics: Endpoint
    """Where the figures of the last run are."""
    brings: Input[str]
    """The namespace in which it restores."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        of: Postgres,
        secrets: Secrets,
        tables: Sequence[Table],
        schedule: str = "30 3 * * *",
        memory: str = "2Gi",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`schedule` is cron's five fields in UTC, `memory` what the restored database may take."""
        archive = of.archive
        if archive is None:
            raise RunError(f"BackupVerification {name}: {of.name} has no archive; give it one")
        super().__init__(name, namespace, opts)
        record = RunRecord(self, name)
        self.metrics = record.metrics
        away = Namespace(name, cpu="1", memory=memory, pods=6, opts=self.child).name
        self.brings = away

        reader = GeneratedSecret(
            f"{name}-reader",
            namespace=namespace,
            secrets=secrets,
            files={"username": name},
            kind="kubernetes.io/basic-auth",
            opts=self.child,
        )
        role = CustomResource(
            f"{name}-reader",
            api_version=API,
            kind="DatabaseRole",
            metadata={
                **self.named(name),
                "annotations": {"pulumi.com/waitFor": "jsonpath={.status.applied}=true"},
            },
            spec={
                "cluster": {"name": of.name},
                "name": name,
                "login": True,
                "connectionLimit": 2,
                "inRoles": ["pg_read_all_data"],
                "passwordSecret": {"name": reader.password.secret},
            },
            opts=self.child_after(of, reader),
        )
        admitted = archive.plugin.admit(self, away, archive.place.secrets)
        store = CustomResource(
            f"{name}-archive",
            api_version=ARCHIVE_API,
            kind="ObjectStore",
            metadata={**self.named(archive.name), "namespace": away},
            spec=store_of(archive.place, memory="384Mi"),
            opts=self.child_after(archive.plugin, admitted),
        )
        rights = Rights(self, name, away=away, secrets=archive.place.secrets, record=record)
        paths = open_paths(self, name, away=away, of=of, archive=archive)

        plan = Plan(name=name, of=of, archive=archive, tables=tables, home=namespace, away=away)
        given = ConfigMap(
            f"{name}-plan",
            metadata=self.meta,
            data={"plan.json": plan.text},
            opts=self.child,
        )
        program = ConfigMap(f"{name}-program", metadata=self.meta, data=modules(), opts=self.child)
        CronJob(
            name,
            metadata=self.named(name),
            spec=job_of(
                self.role("job"),
                schedule=schedule,
                account=rights.account,
                plan=given.metadata.name,
                program=program.metadata.name,
                password=reader.password,
                ca=of.ca,
                bucket=archive.place.keys,
            ),
            opts=self.child_after(of, role, store, *rights.granted, *paths),
        )
        self.register_outputs({})
