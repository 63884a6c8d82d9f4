"""What both regions must know of each other and of the witness, handed over by an operator.

None of it is in a program, a setting or Pulumi's state.
"""

import base64
import json
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from local.edge import raising as edge
from runbooks.errors import RunbookError
from runbooks.place import Place
from runbooks.region import HOME, SERVICE, Region

READER = "primary-reader"
"""The first region's account for the second, and the secret that its token becomes there."""
VALID = "2160h"
"""As long as the certificates of a database; every `make stack` makes a new one."""
PATIENCE = 1200.0
LEASE_KEY = ("lease-key", "password")


def join(first: Region, second: Region) -> None:
    """Give the second region a token that reads the first one's shared secrets, and no more."""
    token = first.kubectl("create", "token", READER, f"--duration={VALID}").strip()
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": READER, "namespace": HOME},
        "type": "Opaque",
        "data": {"kubeconfig": base64.b64encode(_kubeconfig(first, token).encode()).decode()},
    }
    second.apply(secret, "runbook")


def joining(first: Region, second: Region, command: Sequence[str]) -> int:
    """Run a command that makes both regions, and hand the token over as soon as there is one.

    Returns its exit code. The second region waits for the token, and the command for the region.
    """
    ended = threading.Event()
    joiner = threading.Thread(target=_join_when_possible, args=(first, second, ended))
    joiner.start()
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        ended.set()
        joiner.join()


def enrol(place: Place) -> None:
    """Make the witness and the edge know both regions, and declare a first writer if none is."""
    for region in place.regions:
        place.witness.enrol(region.name, region.secret(*LEASE_KEY))
    if place.witness.writer() is None:
        place.witness.declare(place.regions[0].name, instead_of=None)
    if place.edge:
        edge.up([f"{it.name}={it.address}:{it.port(SERVICE)}" for it in place.regions])


def _join_when_possible(first: Region, second: Region, ended: threading.Event) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            join(first, second)
        except RunbookError as wrong:
            why = wrong
        else:
            return
        if ended.wait(2):
            print(f"the standby got no token: {why}", flush=True)
            return


def _kubeconfig(region: Region, token: str) -> str:
    """The region's API server and its authority, as its administrator knows them; and the token."""
    known = yaml.safe_load(Path(region.kubeconfig).read_text())
    chosen = region.context or known["current-context"]
    context = next(each["context"] for each in known["contexts"] if each["name"] == chosen)
    server = next(
        each["cluster"] for each in known["clusters"] if each["name"] == context["cluster"]
    )
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": READER,
            "clusters": [{"name": READER, "cluster": server}],
            "users": [{"name": READER, "user": {"token": token}}],
            "contexts": [{"name": READER, "context": {"cluster": READER, "user": READER}}],
        }
    )
