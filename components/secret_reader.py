from collections.abc import Sequence

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from components.component import Component
from components.secret_key import SecretKey


class SecretReader(Component):
    """An account by which another cluster reads some secrets of this namespace, and nothing else.

    Its token is handed over by the runbook (`join`): it is in no program and in no state.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        secrets: Sequence[SecretKey],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, namespace, opts)
        ServiceAccount(
            name,
            metadata=self.named(name),
            automount_service_account_token=False,
            opts=self.child,
        )
        role = Role(
            name,
            metadata=self.named(name),
            rules=[
                {
                    "api_groups": [""],
                    "resources": ["secrets"],
                    "resource_names": sorted({at.secret for at in secrets}),
                    "verbs": ["get"],
                }
            ],
            opts=self.child,
        )
        RoleBinding(
            name,
            metadata=self.named(name),
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            subjects=[{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
            opts=self.child_after(role),
        )
        self.register_outputs({})
