from collections.abc import Sequence

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import ServiceAccount

from components.component import Component
from components.rights import account, granted, rule
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
        names = sorted({at.secret for at in secrets})
        granted(
            self,
            name,
            meta=self.named(name),
            rules=[rule("", ["secrets"], ["get"], *names)],
            to=account(name, namespace),
        )
        self.register_outputs({})
