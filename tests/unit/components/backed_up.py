"""A Postgres with an archive, made the short way."""

from components.archive import Archive
from components.barman_plugin import BarmanPlugin
from components.cert_manager import CertManager
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.secrets import Secrets

HOME = "fraud"


def backed_up(snapshot_class: str = "") -> Postgres:
    """The ledger, its log in a bucket."""
    secrets = Secrets("external-secrets", namespace=HOME)
    operator = PostgresOperator("cloudnative-pg")
    plugin = BarmanPlugin(
        "plugin-barman-cloud", operator=operator, certificates=CertManager("cert-manager")
    )
    store = ObjectStore("objects", namespace=HOME, secrets=secrets, buckets=["backups"])
    archive = Archive(
        "archive",
        namespace=HOME,
        plugin=plugin,
        place=store.bucket("backups"),
        snapshot_class=snapshot_class,
    )
    return Postgres("ledger", namespace=HOME, operator=operator, secrets=secrets, archive=archive)


def ledger_without_archive() -> Postgres:
    """The core profile's."""
    return Postgres(
        "ledger",
        namespace=HOME,
        operator=PostgresOperator("cloudnative-pg"),
        secrets=Secrets("external-secrets", namespace=HOME),
    )
