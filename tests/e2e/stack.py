"""The running stack as tests find it: through Pulumi's outputs and the Kubernetes API alone."""

import base64
import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import httpx
from kubernetes import client, config

from local import tools
from local.errors import EngineError
from local.paths import CLUSTERS, STATE
from tests.e2e import timeouts
from tests.e2e.patience import Patient

ROOT = Path(__file__).parents[2]
NAME = os.environ.get("STACK") or "dev"
CLUSTER = os.environ.get("CLUSTER") or "primary"


@cache
def environment() -> dict[str, str]:
    """What `pulumi` and `kubectl` run in: the engine's programs, and the stack's backend."""
    settings = tools.environment()
    programs = settings["PATH"]
    with suppress(EngineError):  # With another cluster its owner's kubectl is on PATH.
        programs = f"{tools.binary('kubectl').parent}:{programs}"
    return settings | {
        "PATH": programs,
        "PULUMI_BACKEND_URL": os.environ.get("PULUMI_BACKEND_URL") or f"file://{STATE / 'pulumi'}",
        "PULUMI_CONFIG_PASSPHRASE": os.environ.get("PULUMI_CONFIG_PASSPHRASE", ""),
    }


Api = Any
"""Kubernetes' clients type every field as perhaps absent; a test that finds one absent fails."""
Connection: Any = config.new_client_from_config


class StackDownError(Exception):
    """There is nothing to look at yet, in one line with the remedy."""


def pulumi(*arguments: str) -> str:
    """What a read-only pulumi command prints."""
    try:
        done = subprocess.run(
            ["pulumi", "--non-interactive", "--stack", NAME, *arguments],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=timeouts.COMMAND,
        )
    except (OSError, subprocess.SubprocessError) as wrong:
        raise StackDownError(
            f"stack {NAME!r} cannot be read ({wrong}); raise it: make up"
        ) from None
    return done.stdout


def kubeconfig() -> Path:
    """The chosen cluster's, or a `StackDownError`."""
    path = CLUSTERS / CLUSTER / "kubeconfig"
    if not path.exists():
        raise StackDownError(f"cluster {CLUSTER!r} is not up (no {path}); run: make up")
    return path


class Clients:
    """Clients of the cluster that `kubeconfig` opens."""

    kubeconfig: Path

    @cached_property
    def kubernetes(self) -> Api:
        """An administrator's connection to the cluster."""
        return Connection(str(self.kubeconfig))

    @cached_property
    def core(self) -> Api:
        """Pods, services, config maps, secrets, nodes."""
        return client.CoreV1Api(self.kubernetes)


@dataclass(frozen=True)
class RunningStack(Clients):
    """Where the stack is, what it exports, and clients that reach it."""

    outputs: Mapping[str, Any]
    kubeconfig: Path

    @classmethod
    def find(cls) -> "RunningStack":
        """The stack that is up, or a `StackDownError`."""
        path = kubeconfig()
        outputs = json.loads(pulumi("stack", "output", "--json"))
        if "scoring_url" not in outputs:
            raise StackDownError(f"stack {NAME!r} exports no scoring_url; run: make up")
        return cls(outputs, path)

    @property
    def namespace(self) -> str:
        """Where the service lives; the reference to its API key begins with it."""
        return self._api_key_reference[0]

    @cached_property
    def apps(self) -> Api:
        """Stateful sets, deployments."""
        return client.AppsV1Api(self.kubernetes)

    @cached_property
    def network(self) -> Api:
        """Network policies."""
        return client.NetworkingV1Api(self.kubernetes)

    @cached_property
    def storage(self) -> Api:
        """Storage classes."""
        return client.StorageV1Api(self.kubernetes)

    @cached_property
    def custom(self) -> Api:
        """What operators define."""
        return client.CustomObjectsApi(self.kubernetes)

    @cached_property
    def api_key(self) -> str:
        """The key that the API demands, from the secret that the stack names."""
        namespace, name, key = self._api_key_reference
        secret = self.core.read_namespaced_secret(name, namespace)
        return base64.b64decode(str(secret.data[key])).decode()

    def scoring(
        self, *, key: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> httpx.Client:
        """A client of the deployed API; `key` replaces the right one."""
        return httpx.Client(
            base_url=self.outputs["scoring_url"],
            headers={"X-API-Key": self.api_key if key is None else key},
            timeout=timeouts.REQUEST,
            transport=transport,
        )

    def patient(self) -> httpx.Client:
        """Likewise, one that comes again when it is told to."""
        return self.scoring(transport=Patient(httpx.HTTPTransport(retries=3)))

    def may(self, user: str, verb: str, resource: str, *, group: str = "") -> bool:
        """Whether the API server would let a user do this in the namespace."""
        asked = {
            "user": user,
            "groups": [group] if group else [],
            "resourceAttributes": {
                "namespace": self.namespace,
                "verb": verb,
                "resource": resource,
            },
        }
        reviews: Api = client.AuthorizationV1Api(self.kubernetes)
        return bool(reviews.create_subject_access_review({"spec": asked}).status.allowed)

    @property
    def _api_key_reference(self) -> tuple[str, str, str]:
        namespace, name, key = self.outputs["api_key_secret"].split("/")
        return namespace, name, key
