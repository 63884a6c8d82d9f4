from pulumi import Input, ResourceOptions

from components.archive import Archive
from components.postgres import MINIMUM, Beginning, Postgres
from components.postgres_operator import PostgresOperator
from components.regions import Regions, cloned
from components.secrets import Secrets
from components.shared_secrets import SharedSecrets


class PostgresReplica(Postgres):
    """Another region's Postgres, copied here as it is written there; it can take its place.

    It has the other one's name, authority and password, so whoever works with one works with the
    other. The copy is asynchronous: a region that is lost may take its last moments with it. Where
    the other one's log is archived too, it fetches from there what the stream cannot give any more.
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
        archive: Archive | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`regions` as seen from here. The disk and the memory should be the other one's.

        What is written to `archive` is what was copied, from the beginning on, and goes on when
        this one writes: a log of its own.
        """
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
            archive=archive,
            regions=regions,
            opts=opts,
        )

    @property
    def server(self) -> str:
        """Its own: no two databases may write one folder."""
        assert self.regions is not None  # noqa: S101 (demanded above)
        return f"{self.name}-{self.regions.here.name}"

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
