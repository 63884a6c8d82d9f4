"""A fresh Postgres from the newest backup, in a namespace that holds nothing else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .cluster_api import Api, Thing
from .complaints import SIDECAR, reason
from .errors import VerificationError

CLUSTERS = "/apis/postgresql.cnpg.io/v1/namespaces/{}/clusters"
HEALTHY = "Cluster in healthy state"
SECONDS_GONE = 180
EVERY = 2.0


@dataclass(frozen=True)
class Restoration:
    """Where to restore, what, and for how long to wait."""

    api: Api
    namespace: str
    cluster: Thing
    """The whole Cluster object, as the part wrote it."""
    credentials: str
    """The secret that it reads the bucket with, here for as long as it is restored; empty where
    the pods' own identity opens the bucket."""
    files: Path
    """The folder with that secret's values, a file for each key."""
    patience: float

    @property
    def name(self) -> str:
        """What the restored database is called."""
        return str(self.cluster["metadata"]["name"])

    @contextmanager
    def restored(self) -> Iterator[float]:
        """Seconds until the database serves; gone again at the end, whatever happened."""
        self._clear()
        began = time.monotonic()
        try:
            if self.credentials:
                self.api.create(self._secrets, self._secret())
            self.api.create(CLUSTERS.format(self.namespace), self.cluster)
            self._await_healthy(began)
            yield time.monotonic() - began
        finally:
            self._clear()

    def key(self, secret: str, key: str) -> str:
        """A value of a secret that the operator made for the restored database, in base 64."""
        found = self.api.get(f"{self._secrets}/{secret}").get("data", {})
        if key not in found:
            raise VerificationError(f"secret {self.namespace}/{secret} has no {key}")
        return str(found[key])

    @property
    def _secrets(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/secrets"

    @property
    def _cluster(self) -> str:
        return f"{CLUSTERS.format(self.namespace)}/{self.name}"

    def _secret(self) -> Thing:
        values = {file.name: file.read_text() for file in self.files.iterdir() if file.is_file()}
        meta = {"name": self.credentials, "namespace": self.namespace}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": values}

    def _await_healthy(self, began: float) -> None:
        while time.monotonic() - began < self.patience:
            if self.api.get(self._cluster).get("status", {}).get("phase") == HEALTHY:
                return
            self._stop_at_failures()
            time.sleep(EVERY)
        phase = self.api.get(self._cluster).get("status", {}).get("phase", "nothing was done")
        raise VerificationError(
            f"the backup was not restored within {self.patience:.0f} s: {phase}"
        )

    def _stop_at_failures(self) -> None:
        """A restore that failed once is a backup that is not good, however often it is tried."""
        path = f"/api/v1/namespaces/{self.namespace}/pods"
        for pod in self.api.get(f"{path}?labelSelector=cnpg.io/jobRole").get("items", ()):
            if pod["status"].get("phase") == "Failed":
                name = pod["metadata"]["name"]
                logs = (self.api.log(f"{path}/{name}", container=it) for it in (SIDECAR, ""))
                raise VerificationError(f"the restore failed: {reason(*logs)}")

    def _clear(self) -> None:
        """What this or an earlier run left behind."""
        self.api.delete(self._cluster)
        if self.credentials:
            self.api.delete(f"{self._secrets}/{self.credentials}")
        end = time.monotonic() + SECONDS_GONE
        pods = f"/api/v1/namespaces/{self.namespace}/pods"
        while self.api.get(self._cluster) or self.api.get(pods).get("items"):
            if time.monotonic() > end:
                raise VerificationError(
                    f"{self.namespace}/{self.name} does not go away within {SECONDS_GONE} s"
                )
            time.sleep(EVERY)
