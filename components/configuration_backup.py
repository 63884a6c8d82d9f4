from collections.abc import Sequence

from pulumi import Input, Resource, ResourceOptions, RunError
from pulumi_kubernetes.batch.v1 import CronJob
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.rbac.v1 import ClusterRole, RoleBinding

from components.archive_specs import access
from components.backup import FIELDS
from components.backup_verification import BackupVerification
from components.cert_manager import CertManager
from components.component import Component, Spec
from components.configuration_job.kinds import KINDS
from components.configuration_specs import Plan, S3Place, job_of, key_of, modules
from components.network import Endpoint, Pods, open_path, open_to_api_server
from components.postgres_operator import PostgresOperator
from components.rights import account, granted, role_ref, rule
from components.run_record import RunRecord

Housed = BackupVerification | CertManager | PostgresOperator
"""Parts that bring a namespace of their own."""


class ConfigurationBackup(Component):
    """By the clock, all that is declared in the platform's namespaces becomes a file in a bucket.

    It may list the kinds that it exports, in those namespaces, and nothing else: no Secret is
    among them, nor what lies in no namespace, which the program declares. Deliberately not a
    restore: what it wrote is applied by whoever has the right to.
    """

    metrics: Endpoint
    """Where the figures of the last run are."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        place: S3Place,
        beside: Sequence[Housed] = (),
        schedule: str = "15 2 * * *",
        keep_days: int = 30,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`beside` have namespaces that are exported as well; `schedule` is cron's five fields."""
        if keep_days < 1:
            raise RunError(
                f"ConfigurationBackup {name}: keep_days is {keep_days}, allowed: 1 or more"
            )
        if len(schedule.split()) != FIELDS:
            raise RunError(
                f"ConfigurationBackup {name}: schedule is {schedule!r},"
                " allowed: cron's five fields, '15 2 * * *'"
            )
        super().__init__(name, namespace, opts)
        record = RunRecord(self, name)
        self.metrics = record.metrics
        way = access(place)
        job = Pods(name=name, namespace=namespace, labels=self.role("job"))
        paths = [
            open_to_api_server(self, job),
            *(open_path(self, job, way.door) if way.door else ()),
        ]
        namespaces = [namespace, *(part.brings for part in beside)]
        rights = self._rights(name, record, beside=beside, annotations=way.annotations)

        plan = Plan(
            place=place,
            encryption=way.encryption,
            namespaces=namespaces,
            keep_days=keep_days,
            record=record.name,
            home=namespace,
        )
        given = ConfigMap(
            f"{name}-plan", metadata=self.meta, data={"plan.json": plan.text}, opts=self.child
        )
        program = ConfigMap(
            f"{name}-program",
            metadata=self.meta,
            data={key_of(path): text for path, text in modules().items()},
            opts=self.child,
        )
        CronJob(
            name,
            metadata=self.named(name),
            spec=job_of(
                self.role("job"),
                schedule=schedule,
                account=name,
                plan=given.metadata.name,
                program=program.metadata.name,
                place=place,
                way=way,
            ),
            opts=self.child_after(*rights, *paths),
        )
        self.register_outputs({})

    def _rights(
        self,
        name: str,
        record: RunRecord,
        *,
        beside: Sequence[Housed],
        annotations: dict[str, Input[str]],
    ) -> list[Resource]:
        """An account that may list in each of the namespaces, and at home write its record."""
        home = self.meta["namespace"]
        own = ServiceAccount(
            name,
            metadata={**self.named(name), "annotations": annotations},
            automount_service_account_token=False,
            opts=self.child,
        )
        to = account(name, home)
        role = ClusterRole(
            name,
            # In no namespace, but bound in some only.
            metadata={"name": f"bulwark-{name}", "labels": self.labels},
            rules=[
                rule("", ["namespaces"], ["get"]),
                *(rule(group, kinds, ["list"]) for group, kinds in KINDS.items()),
            ],
            opts=self.child,
        )

        def bound(suffix: str, namespace: Input[str], *after: Resource) -> RoleBinding:
            meta: Spec = {**self.meta, "namespace": namespace, "name": f"bulwark-{name}"}
            return RoleBinding(
                f"{name}-{suffix}",
                metadata=meta,
                role_ref=role_ref("ClusterRole", f"bulwark-{name}"),
                subjects=[to],
                opts=self.child_after(role, *after),
            )

        return [
            own,
            bound("home", home),
            *(bound(part.pulumi_resource_name, part.brings, part) for part in beside),
            *granted(
                self,
                f"{name}-records",
                meta=self.named(f"{name}-records"),
                to=to,
                rules=[record.writable],
            ),
        ]
