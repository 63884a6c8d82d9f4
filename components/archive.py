import re

from pulumi import Input, ResourceOptions, RunError
from pulumi_kubernetes.apiextensions import CustomResource

from components.archive_specs import API, PLUGIN, Access, Place, access, store_of
from components.barman_plugin import BarmanPlugin
from components.component import Component, Spec
from components.network import Endpoint, Pods, open_path, open_to_api_server
from components.postgres_specs import PORT, STATUS_PORT
from components.recovery_specs import RESTORED

CLASS_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
"""How Kubernetes names what lies in no namespace."""


class Archive(Component):
    """Where a Postgres' log and its base backups go, and for how many days they are kept.

    Every finished piece of the log is sent at once and at the latest after five minutes; that
    much is lost if both instances and their disks are. What is restored from here, in the same
    namespace, finds its way open. Base backups are a Backup's.
    """

    name: str
    """How databases name it."""
    plugin: BarmanPlugin
    """What does the work."""
    place: Access
    """How a database's pods come to it."""
    snapshot_class: str
    """By which the databases' storage takes snapshots; empty where it takes none."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        plugin: BarmanPlugin,
        place: Place,
        keep_days: int | None = 7,
        megabytes_per_second: int | None = 1,
        memory: str = "384Mi",
        snapshot_class: str = "",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`memory` is the sidecar's, in every instance. Without `keep_days` it is for reading.

        `megabytes_per_second` is how fast base backups are sent, so that those who wait for the
        database do not notice one; without, as fast as can be. The log is never held back.
        `snapshot_class` is the VolumeSnapshotClass of the databases' storage, where it has one.
        """
        if keep_days is not None and keep_days < 1:
            raise RunError(f"Archive {name}: keep_days is {keep_days}, allowed: 1 or more, or none")
        if megabytes_per_second is not None and megabytes_per_second < 1:
            raise RunError(
                f"Archive {name}: megabytes_per_second is {megabytes_per_second}, allowed: 1 or"
                " more, or none"
            )
        if snapshot_class and not CLASS_NAME.fullmatch(snapshot_class):
            raise RunError(
                f"Archive {name}: snapshot_class is {snapshot_class!r}, allowed: a name that"
                " `kubectl get volumesnapshotclass` lists"
            )
        super().__init__(name, namespace, opts)
        self.place = access(place)
        self.name = name
        self.snapshot_class = snapshot_class
        self.plugin = plugin
        self._takes = keep_days is not None

        admitted = plugin.admit(self, namespace, self.place.secrets)
        self._open_to_restored(name, namespace, plugin)
        CustomResource(
            name,
            api_version=API,
            kind="ObjectStore",
            metadata=self.named(name),
            spec=store_of(
                self.place,
                keep_days=keep_days,
                memory=memory,
                megabytes_per_second=megabytes_per_second,
            ),
            opts=self.child_after(plugin, admitted),
        )
        self.register_outputs({})

    def archiver(self, database: str, *, server: str) -> Spec:
        """What a database is told, to send its log here: into the folder `server`."""
        if not self._takes:
            raise RunError(
                f"Archive {self.name}: it is for reading, and {database} would send its log there;"
                " give it keep_days, or pass another one"
            )
        renamed = {} if server == database else {"serverName": server}
        return {
            "name": PLUGIN,
            "isWALArchiver": True,
            "parameters": {"barmanObjectName": self.name, **renamed},
        }

    @property
    def snapshots(self) -> Spec:
        """What a database is told of the snapshots of its volumes: they go with their Backup."""
        if not self.snapshot_class:
            return {}
        told = {"className": self.snapshot_class, "snapshotOwnerReference": "backup"}
        return {"backup": {"volumeSnapshot": told}}

    @property
    def service_account(self) -> Spec:
        """What a database's service account carries, for clouds that ask who it is."""
        return identity(self.name, self)

    def _open_to_restored(self, name: str, namespace: Input[str], plugin: BarmanPlugin) -> None:
        """Paths for databases that are restored by hand, whatever they are called."""
        job = Pods(
            name=f"{name}-restoring",
            namespace=namespace,
            labels={"cnpg.io/jobRole": "full-recovery"},
        )
        restored = Endpoint(
            name=f"{name}-restored",
            namespace=namespace,
            labels={RESTORED: name},
            ports=(PORT, STATUS_PORT),
        )
        for pods in (job, restored):
            open_to_api_server(self, pods)
            if self.place.door:
                open_path(self, pods, self.place.door)
        open_path(self, restored, restored)
        open_path(self, plugin.operator, restored)


def identity(database: str, *archives: Archive) -> Spec:
    """What a database's service account carries to come to its archives: who it is, in a cloud."""
    asked = [each.place.annotations for each in archives if each.place.annotations]
    if not asked:
        return {}
    if any(each != asked[0] for each in asked):
        named = " and ".join(each.name for each in archives)
        raise RunError(
            f"Postgres {database}: {named} are opened by different identities, allowed: one;"
            " let one role open both"
        )
    return {"serviceAccountTemplate": {"metadata": {"annotations": asked[0]}}}
