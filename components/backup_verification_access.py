"""What the verification may do and whom it may talk to."""

from collections.abc import Sequence

from pulumi import Input, Resource
from pulumi_kubernetes.core.v1 import ServiceAccount

from components.archive import Archive
from components.backup_verification_specs import RESTORED_NAME
from components.component import Component, Spec
from components.network import Endpoint, Pods, open_path, open_to_api_server
from components.postgres import Postgres
from components.postgres_specs import PORT, STATUS_PORT
from components.rights import account, granted, rule
from components.run_record import RunRecord

POSTGRES = "postgresql.cnpg.io"


class Rights:
    """An account that acts in the other namespace, and at home may write its record."""

    def __init__(
        self,
        owner: Component,
        name: str,
        *,
        away: Input[str],
        secrets: Sequence[str],
        record: RunRecord,
    ) -> None:
        self.account = name
        own = ServiceAccount(
            name,
            metadata=owner.named(name),
            automount_service_account_token=False,
            opts=owner.child,
        )
        there: Spec = {**owner.named(name), "namespace": away}
        keys = [f"{RESTORED_NAME}-app", f"{RESTORED_NAME}-ca"]
        to = account(name, owner.meta["namespace"])
        self.granted: list[Resource] = [
            own,
            *granted(
                owner,
                f"{name}-restores",
                meta=there,
                to=to,
                rules=[
                    rule(POSTGRES, ["clusters"], ["create"]),
                    rule(POSTGRES, ["clusters"], ["get", "delete"], RESTORED_NAME),
                    rule("", ["secrets"], ["create"]),
                    *(rule("", ["secrets"], ["delete"], secret) for secret in secrets),
                    rule("", ["secrets"], ["get"], *keys),
                    rule("", ["pods"], ["list"]),
                    rule("", ["pods/log"], ["get"]),
                ],
            ),
            *granted(
                owner,
                f"{name}-records",
                meta=owner.named(name),
                to=to,
                rules=[record.writable],
            ),
        ]


def open_paths(
    owner: Component,
    name: str,
    *,
    away: Input[str],
    of: Postgres,
    archive: Archive,
) -> list[Resource]:
    """The job to both databases; the restored one to the bucket, itself and its operator."""
    job = Pods(name=name, namespace=owner.meta["namespace"], labels=owner.role("job"))
    restored = Endpoint(
        name=f"{name}-{RESTORED_NAME}",
        namespace=away,
        labels={"cnpg.io/cluster": RESTORED_NAME},
        ports=(PORT, STATUS_PORT),
    )
    door = archive.place.door
    return [
        open_to_api_server(owner, job),
        open_to_api_server(owner, restored),
        *open_path(owner, job, of.direct),
        *open_path(owner, job, restored),
        *open_path(owner, restored, restored),
        *(open_path(owner, restored, door) if door else ()),
        *open_path(owner, archive.plugin.operator, restored),
    ]
