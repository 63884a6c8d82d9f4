from pulumi import Input, Output, ResourceOptions, RunError
from pulumi_kubernetes.apiextensions import CustomResource

from components.component import Component
from components.postgres import Postgres
from components.postgres_specs import API, READY_WHEN_HEALTHY
from components.recovery_specs import one_instance_of, recovery_of


class Restore(Component):
    """A database as another one was at an instant, beside it: to look at, and to copy rows from.

    One instance, no pooler, no backups: what serves is made by Postgres. `make restore` makes the
    same without a program.
    """

    host: Output[str]
    """The instance."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        of: Postgres,
        at: str = "",
        snapshot: str = "",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`at` is an instant by RFC 3339; without one, all that is in the archive.

        `snapshot` is a VolumeSnapshot to begin with: taken before the instant, and by a Backup.
        """
        if of.archive is None:
            raise RunError(f"Restore {name}: {of.name} has no archive; give it one")
        super().__init__(name, namespace, opts)
        self.host = Output.format("{}-rw.{}.svc", name, namespace)
        origin = recovery_of(
            of.server, archive=of.archive.name, owner=of.database, at=at, snapshot=snapshot
        )
        CustomResource(
            name,
            api_version=API,
            kind="Cluster",
            metadata={**self.named(name), "annotations": READY_WHEN_HEALTHY},
            spec={**one_instance_of(of.described, archive=of.archive.name), **origin},
            opts=self.child_after(of),
        )
        self.register_outputs({"host": self.host})
