from collections.abc import Sequence

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import Service, ServiceAccount
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding, RoleBinding
from pulumi_kubernetes.yaml.v2 import ConfigFile

from components import further_versions
from components.archive_specs import PLUGIN
from components.barman_plugin_specs import (
    CERTIFICATES,
    PORT,
    READS,
    certificate,
    pod_of,
    secret_of,
    writes,
)
from components.cert_manager import CertManager
from components.component import Component, Spec
from components.network import Endpoint, Pods, open_path, open_to_api_server
from components.postgres_operator import HOME, PostgresOperator
from components.rights import account, granted, role_ref
from components.upstream import adapted

PROJECT = "cloudnative-pg/plugin-barman-cloud"
CRDS = f"v{further_versions.BARMAN_PLUGIN}/config/crd/bases"
SOURCES = f"https://raw.githubusercontent.com/{PROJECT}/{CRDS}"
FOLDER = "plugin-barman-cloud"
FILE = "barmancloud.cnpg.io_objectstores.yaml"
SERVICE = "barman-cloud"
"""The operator calls it by this name, so the server's certificate is for it."""
ISSUED = {"pulumi.com/waitFor": "condition=Ready"}


class BarmanPlugin(Component):
    """The operator's way to object stores: base backups, the log's archive, restores.

    Upstream's definition and image under rights of our own: it reads what is declared everywhere,
    and writes only in namespaces that admit it. Deliberately one replica: databases go on without.
    """

    operator: Pods
    """Which operator it serves."""

    def __init__(
        self,
        name: str,
        *,
        operator: PostgresOperator,
        certificates: CertManager,
        manifests: str | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, HOME, opts)
        self.operator = operator.pods
        self._account = name

        definition = ConfigFile(
            name,
            file=f"{f'{manifests}/{FOLDER}' if manifests else SOURCES}/{FILE}",
            opts=ResourceOptions(parent=self, transforms=[adapted]),
        )
        # The operator's release brings the namespace.
        then = self.child_after(operator, definition)
        here = Endpoint(name=name, namespace=HOME, labels=self.labels, ports=(PORT,))
        paths = [
            *open_path(self, operator.pods, here, then),
            open_to_api_server(self, here, then),
        ]
        own = ServiceAccount(
            name, metadata=self.named(name), automount_service_account_token=False, opts=then
        )
        ClusterRole(name, metadata=_named(self, name), rules=READS, opts=then)
        ClusterRoleBinding(
            name,
            metadata=_named(self, name),
            role_ref=role_ref("ClusterRole", name),
            subjects=[self._subject],
            opts=then,
        )
        issued = self._certificates(
            ResourceOptions(parent=self, depends_on=[operator, certificates])
        )
        deployment = Deployment(
            name,
            metadata=self.named(name),
            spec={
                "replicas": 1,
                "strategy": {"type": "Recreate"},
                "revision_history_limit": 3,
                "selector": {"match_labels": self.labels},
                "template": pod_of(self.labels, name),
            },
            opts=self.child_after(own, definition, *issued, *paths),
        )
        # Last: from then on the operator calls it.
        Service(
            SERVICE,
            metadata=_discovered(self),
            spec={"selector": self.labels, "ports": [{"port": PORT}]},
            opts=self.child_after(deployment),
        )
        self.register_outputs({})

    def admit(self, owner: Component, namespace: Input[str], secrets: Sequence[str]) -> RoleBinding:
        """Let it hand these secrets to databases of a namespace: it may give what it may read."""
        name = f"{owner.pulumi_resource_name}-barman"
        meta = {**owner.meta, "namespace": namespace, "name": name}
        _, admitted = granted(owner, name, meta=meta, rules=writes(secrets), to=self._subject)
        return admitted

    @property
    def _subject(self) -> Spec:
        return account(self._account, HOME)

    def _certificates(self, after: ResourceOptions) -> list[CustomResource]:
        """Both ends of the operator's calls, each signed by itself and pinned by the other."""
        issuer = CustomResource(
            f"{self.pulumi_resource_name}-issuer",
            api_version=CERTIFICATES,
            kind="Issuer",
            metadata={**self.named(self.pulumi_resource_name), "annotations": ISSUED},
            spec={"selfSigned": {}},
            opts=after,
        )
        return [
            CustomResource(
                f"{SERVICE}-{end}",
                api_version=CERTIFICATES,
                kind="Certificate",
                metadata={**self.named(f"{SERVICE}-{end}"), "annotations": ISSUED},
                spec=certificate(end, issuer=self.pulumi_resource_name),
                opts=self.child_after(issuer),
            )
            for end in ("client", "server")
        ]


def _named(part: Component, name: str) -> Spec:
    """Metadata of what lies in no namespace."""
    return {"name": name, "labels": part.labels}


def _discovered(part: Component) -> Spec:
    """By these the operator finds its plugins, their port and both certificates."""
    return {
        **part.named(SERVICE),
        "labels": {**part.labels, "cnpg.io/pluginName": PLUGIN},
        "annotations": {
            "cnpg.io/pluginClientSecret": secret_of("client"),
            "cnpg.io/pluginServerSecret": secret_of("server"),
            "cnpg.io/pluginPort": str(PORT),
        },
    }
