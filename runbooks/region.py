"""One region, through its Kubernetes API and its database's door."""

import asyncio
import base64
import json
import ssl
import subprocess
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import asyncpg
import urllib3
from kubernetes import client, config
from kubernetes.client import ApiException

from local import tools
from local.errors import EngineError
from runbooks.errors import RunbookError

HOME = "fraud"
LEDGER = "ledger"
SERVICE = "scoring"
CNPG = ("postgresql.cnpg.io", "v1")
SECONDS = 3.0
"""For a question to a region; one that is gone does not answer at all."""
AT_ONCE = 1.0
AWAY = (ApiException, urllib3.exceptions.HTTPError, OSError)

Api = Any


@dataclass(frozen=True, kw_only=True)
class Region:
    """A cluster with the ledger and the service in it."""

    name: str
    kubeconfig: str
    context: str | None
    address: str

    @cached_property
    def core(self) -> Api:
        """Services, secrets, pods."""
        return client.CoreV1Api(self._connection)

    @cached_property
    def custom(self) -> Api:
        """What operators define."""
        return client.CustomObjectsApi(self._connection)

    @cached_property
    def _connection(self) -> Api:
        connect: Any = config.new_client_from_config
        settings = client.Configuration()
        settings.retries = False  # a region that is gone is not asked three times
        try:
            return connect(self.kubeconfig, self.context, client_configuration=settings)
        except config.ConfigException as wrong:
            raise RunbookError(
                f"region {self.name}: {self.kubeconfig} is no kubeconfig ({wrong}); allowed: that"
                " of a running cluster; `make up STACK=drill PARTS=standby` raises the local ones"
            ) from None

    def answers(self) -> bool:
        """Whether its API server does, at once."""
        try:
            self.ledger(seconds=AT_ONCE)
        except RunbookError:
            return False
        return True

    def ledger(self, *, seconds: float = SECONDS) -> dict[str, Any]:
        """The database's object."""
        try:
            found: dict[str, Any] = self.custom.get_namespaced_custom_object(
                *CNPG, HOME, "clusters", LEDGER, _request_timeout=seconds
            )
        except AWAY as away:
            raise self._away(away) from None
        return found

    def patch_ledger(self, spec: dict[str, Any]) -> None:
        """Change the database's object; None takes a field away."""
        try:
            self.custom.patch_namespaced_custom_object(
                *CNPG, HOME, "clusters", LEDGER, {"spec": spec}, _request_timeout=SECONDS
            )
        except AWAY as away:
            raise self._away(away) from None

    def secret(self, name: str, key: str) -> str:
        """A value."""
        try:
            found = self.core.read_namespaced_secret(name, HOME, _request_timeout=SECONDS)
        except AWAY as away:
            raise self._away(away) from None
        return base64.b64decode(found.data[key]).decode()

    def port(self, service: str) -> int:
        """The node port of a service."""
        try:
            found = self.core.read_namespaced_service(service, HOME, _request_timeout=SECONDS)
        except AWAY as away:
            raise self._away(away) from None
        return int(found.spec.ports[0].node_port)

    @cached_property
    def url(self) -> str:
        """The service, past the edge."""
        return f"http://{self.address}:{self.port(SERVICE)}"

    @cached_property
    def _door(self) -> dict[str, Any]:
        """How the database is reached as its owner: asked once, while the API server answers."""
        trusted = ssl.create_default_context(cadata=self.secret(f"{LEDGER}-ca", "ca.crt"))
        trusted.check_hostname = False  # it is reached by an address, its name is another
        return {
            "host": self.address,
            "port": self.port(f"{LEDGER}-door"),
            "user": self.secret(f"{LEDGER}-owner", "username"),
            "password": self.secret(f"{LEDGER}-owner", "password"),
            "database": "fraud",
            "ssl": trusted,
        }

    def prepare(self) -> None:
        """Look up what may not be there to be looked up later."""
        _ = self.url, self._door

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, of the database itself."""

        async def asked() -> list[tuple[Any, ...]]:
            async with asyncio.timeout(SECONDS):
                connection = await asyncpg.connect(**self._door, timeout=SECONDS)
                try:
                    return [tuple(row) for row in await connection.fetch(query)]
                finally:
                    await connection.close(timeout=1)

        try:
            return asyncio.run(asked())
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as away:
            raise self._away(away) from None

    def psql(self, query: str) -> str:
        """What an administrator of the database is told, in the pod of the one that leads."""
        leads = f"--selector=cnpg.io/cluster={LEDGER},cnpg.io/instanceRole=primary"
        pod = self.kubectl("get", "pods", leads, "--output=name").strip()
        if not pod:
            raise RunbookError(f"{self.name}: no instance leads")
        words = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={query}")
        return self.kubectl("exec", pod, "--container=postgres", "--", *words).strip()

    def copies(self) -> bool | None:
        """Whether its database only follows the other one; None while it does not answer."""
        try:
            return bool(self.rows("SELECT pg_is_in_recovery()")[0][0])
        except RunbookError:
            return None

    def kubectl(self, *words: str, given: str = "") -> str:
        """What kubectl prints, for what it does best."""
        try:
            program = str(tools.binary("kubectl"))
        except EngineError:
            program = "kubectl"
        where = [f"--kubeconfig={self.kubeconfig}", *self._at(), f"--namespace={HOME}"]
        done = subprocess.run(
            [program, *where, *words], input=given, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no message"]
            raise RunbookError(f"{self.name}: kubectl {words[0]}: {said[-1]}")
        return done.stdout

    def apply(self, thing: dict[str, Any], manager: str) -> None:
        """Make an object be so, in the name of who declared it."""
        words = ("apply", "--server-side", "--force-conflicts", f"--field-manager={manager}")
        self.kubectl(*words, "--filename=-", given=json.dumps(thing))

    def _at(self) -> list[str]:
        return [f"--context={self.context}"] if self.context else []

    def _away(self, why: Exception) -> RunbookError:
        return RunbookError(f"region {self.name} does not answer ({_brief(why)})")


def _brief(why: Exception) -> str:
    if isinstance(why, ApiException):
        return f"{why.status} {why.reason}"
    return type(why).__name__
