from pulumi import Input, ResourceOptions

from components.postgres import MINIMUM, Beginning, Postgres
from components.postgres_operator import PostgresOperator
from components.regions import Regions, cloned
from components.secrets import Secrets
from components.shared_secrets import SharedSecrets


class PostgresReplica(Postgres):
    """Another region's Postgres, copied here as it is written there; it can take its place.

    It has the other one's name, authority and password, so whoever works with one works with the
    other. The copy is asynchronous: a region that is lost may take its last moments with it.
    Deliberately without a switch: which region writes is for the runbook to say.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        operator: PostgresOperator,
        of: Postgres,
        shared: SharedSecrets,
        regions: Regions,
        instances: int = MINIMUM,
        memory: str = "1Gi",
        storage: str = "2Gi",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`regions` as seen from here. The disk and the memory should be the other one's."""
        self._of = of
        self._shared = shared
        super().__init__(
            name,
            namespace=namespace,
            operator=operator,
            secrets=shared.secrets,
            instances=instances,
            memory=memory,
            storage=storage,
            regions=regions,
            opts=opts,
        )

    def _begin(self, secrets: Secrets) -> Beginning:  # noqa: ARG002 (it makes none)
        assert self.regions is not None  # noqa: S101 (demanded above)
        of = self._of
        owner = self._shared.fetch(of.password, kind="kubernetes.io/basic-auth")
        authority = self._shared.fetch(of.ca)
        signed = {"serverCASecret": of.ca.secret, "clientCASecret": of.ca.secret}
        return Beginning(
            after=(owner, authority, of),
            password=of.password,
            spec=cloned(self.regions.other, of.database, of.password),
            certificates=signed,
            writer=self.regions.other,
        )
