"""Two regions with a copy of a database each, of which one is written: how they find each other."""

from dataclasses import dataclass, replace

from pulumi import Input, Output

from components.archive import Archive
from components.archive_specs import plugin_of
from components.component import Spec
from components.secret_key import SecretKey


@dataclass(frozen=True, kw_only=True)
class Region:
    """One of the two, and where the other one's database reaches its own."""

    name: str
    """As the witness, the runbook and CloudNativePG call it."""
    address: str
    """IPv4, of a node."""
    port: Input[int]
    archive: Archive | None = None
    """Where its database's log is found here, too: what the stream has missed."""


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Both, as seen from one of them."""

    here: Region
    other: Region

    @property
    def there(self) -> "Regions":
        """As seen from the other one."""
        return Regions(here=self.other, other=self.here)

    def reading(self, archive: Archive) -> "Regions":
        """The same, where the other one's log can be read from an archive here."""
        return replace(self, other=replace(self.other, archive=archive))


MOVES = ["spec.replica", "spec.bootstrap"]
"""Who writes is a fact that the runbook changes, and an update must not change back."""


def topology(cluster: str, regions: Regions, *, writer: Region) -> Spec:
    """What CloudNativePG is told of both regions. Which one writes holds for the beginning only."""
    return {
        "externalClusters": [_source(cluster, at) for at in (regions.here, regions.other)],
        "replica": {
            "self": regions.here.name,
            "primary": writer.name,
            "source": regions.other.name,
        },
    }


def retried(instances: Spec) -> Spec:
    """The instances, which ask again at once when whom they follow is promoted or gone.

    By default they wait five seconds, and the first writes after a promotion wait for them.
    """
    postgres = instances["postgresql"]
    parameters = {**postgres["parameters"], "wal_retrieve_retry_interval": "500ms"}
    return {**instances, "postgresql": {**postgres, "parameters": parameters}}


def cloned(source: Region, database: str, password: SecretKey) -> Spec:
    """The beginning of a copy: all that the other region has, then what it writes."""
    origin = {
        "source": source.name,
        "database": database,
        "owner": database,
        "secret": {"name": password.secret},
    }
    return {"bootstrap": {"pg_basebackup": origin}}


def _source(cluster: str, region: Region) -> Spec:
    """Verified by the authority, which signs for this one database: addresses are in no name.

    The operator reads these words, too, and takes those that it does not know for the server's.
    Whoever follows by the stream asks the archive when that breaks off: where packets are lost, it
    would otherwise wait for two minutes each time.
    """
    archive = region.archive
    # Both databases have one name, by which the other one's log lies in its archive.
    archived = {"plugin": plugin_of(archive.name, server=cluster)} if archive else {}
    return {
        "name": region.name,
        "connectionParameters": {
            "host": region.address,
            "port": Output.format("{}", region.port),
            "user": "streaming_replica",
            "dbname": "postgres",
            "sslmode": "verify-ca",
            **({"connect_timeout": "5"} if archive else {}),
        },
        "sslCert": {"name": f"{cluster}-replication", "key": "tls.crt"},
        "sslKey": {"name": f"{cluster}-replication", "key": "tls.key"},
        "sslRootCert": {"name": f"{cluster}-ca", "key": "ca.crt"},
        **archived,
    }
