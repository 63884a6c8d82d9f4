"""The Kubernetes API, as far as this job may use it: by the token of its own pod."""

import json
import os
import ssl
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

from .errors import VerificationError

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
SECONDS = 20
MERGE = "application/merge-patch+json"

Thing = dict[str, Any]
"""A Kubernetes object."""


class Api:
    """One API server, asked with plain HTTP."""

    def __init__(self) -> None:
        host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
        self._url = f"https://{host}:{port}"
        self._tls = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))

    def get(self, path: str) -> Thing:
        """The object or list; an empty one where there is none."""
        return self._ask("GET", path)

    def create(self, path: str, thing: Thing) -> None:
        """Make an object."""
        self._ask("POST", path, thing)

    def merge(self, path: str, change: Thing) -> None:
        """Change some fields of an object."""
        self._ask("PATCH", path, change, kind=MERGE)

    def delete(self, path: str) -> None:
        """Take an object away, whether it is there or not."""
        self._ask("DELETE", path)

    def log(self, path: str, *, container: str = "") -> str:
        """The end of a container's log; without a name, of the pod's only one."""
        chosen = f"&container={container}" if container else ""
        said = self._send("GET", f"{path}/log?tailLines=200{chosen}", None, "")
        return said.decode(errors="replace")

    def _ask(self, verb: str, path: str, body: Thing | None = None, *, kind: str = "") -> Thing:
        said = self._send(verb, path, body, kind or "application/json")
        found: Thing = json.loads(said or b"{}")
        return found

    def _send(self, verb: str, path: str, body: Thing | None, kind: str) -> bytes:
        token = (ACCOUNT / "token").read_text()  # it is renewed now and then
        request = urllib.request.Request(  # noqa: S310 (always the cluster's own https)
            self._url + path,
            method=verb,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {token}", "Content-Type": kind},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS, context=self._tls) as answer:  # noqa: S310
                read: bytes = answer.read()
                return read
        except urllib.error.HTTPError as refused:
            if refused.code == HTTPStatus.NOT_FOUND and verb in {"GET", "DELETE"}:
                return b""
            why = refused.read().decode(errors="replace")[:200]
            raise VerificationError(f"{verb} {path}: {refused.code} {why}") from None
        except OSError as problem:
            raise VerificationError(f"{verb} {path}: {problem}") from None
