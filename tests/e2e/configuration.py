"""`make configuration-backup`, `make configuration-check`: an export now, and the newest one's
objects beside those of the live cluster."""

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from components.configuration_job.exporting import unpacked
from components.configuration_job.keeping import OBJECTS, dated
from tests.e2e.command import run
from tests.e2e.compared import LEFT_OUT, Comparison, compared, told
from tests.e2e.keeper import Configuration
from tests.e2e.kubectl import kubectl

APPLIED = "serverside-applied"


class ConfigurationError(AssertionError):
    """Why an export is not to be trusted, in one line."""


def main() -> None:
    """One of the two."""
    parser = argparse.ArgumentParser(prog="make configuration-…", description=__doc__)
    parser.add_argument("verb", choices=("backup", "check"))
    parser.add_argument("--to", type=Path, help="write the objects into this file as well")
    given = parser.parse_args()
    configuration = Configuration.find()
    if given.verb == "backup":
        back_up(configuration)
    else:
        check(configuration, given.to)


def back_up(configuration: Configuration) -> None:
    """An export now."""
    run = configuration.back_up()
    if not run["ok"]:
        raise ConfigurationError(f"the export failed: {run['error']}")
    print(f"{run['key']}: {run['objects']} objects, {run['bytes']} bytes, {run['seconds']} s")
    print(f"SHA-256 {run['sha256']}, read back")


def check(configuration: Configuration, to: Path | None = None) -> None:
    """The newest export, held against the cluster and offered to it again."""
    began = time.monotonic()
    with configuration.keeper() as keeper:
        key, body = keeper.fetch(*OBJECTS)
    things = unpacked(body)
    if to:
        to.write_text(json.dumps(listed(things), indent=1))
        print(f"{to}: for `kubectl apply --server-side -f`")
    homes = [it["metadata"]["name"] for it in things if it["kind"] == "Namespace"]
    found = compared(things, live(configuration.kubeconfig, homes), dated(key, OBJECTS[0]))
    print(f"{key}: {found.exported} objects of {len(homes)} namespaces; live are {found.live}")
    tell(found)
    if not found.whole:
        raise ConfigurationError(
            f"{len(found.missing)} objects were there and are not in the export, first"
            f" {told(found.missing[0])}; add their kind to components/configuration_job/kinds.py"
        )
    accepted = offered(configuration.kubeconfig, things)
    print(f"{accepted} of {len(things)} would be applied again as they are (dry run by the server)")
    print(f"nothing is missing, {time.monotonic() - began:.1f} s")
    if accepted != len(things):
        raise ConfigurationError(f"{len(things) - accepted} objects would not be applied again")


def tell(found: Comparison) -> None:
    """What is not the same, by name."""
    print(f"  the same          {found.same}")
    for what in ("missing", "changed", "gone", "new"):
        names = getattr(found, what)
        since = "" if what == "missing" else " since"
        print(f"  {what + since:<17} {len(names)}")
        for it in names:
            print(f"    {told(it)}")


def live(kubeconfig: Path, homes: Iterable[str]) -> list[dict[str, Any]]:
    """All objects of some namespaces, of every kind there is but those that are left out."""
    asked = kubectl(kubeconfig, "api-resources", "--namespaced", "--verbs=list", "--output=name")
    kinds = ",".join(kind for kind in asked.split() if kind not in LEFT_OUT)
    things = []
    for home in homes:
        space = kubectl(kubeconfig, "get", "namespace", home, "--output=json")
        found = kubectl(kubeconfig, f"--namespace={home}", "get", kinds, "--output=json")
        things += [json.loads(space), *json.loads(found)["items"]]
    return things


def offered(kubeconfig: Path, things: list[dict[str, Any]]) -> int:
    """How many of the objects the API server, its schemas and its webhooks take once more."""
    options = ["--server-side", "--dry-run=server", "--force-conflicts"]
    manager = "--field-manager=configuration-check"
    given = json.dumps(listed(things))
    said = kubectl(kubeconfig, "apply", *options, manager, "--filename=-", given=given)
    return sum(APPLIED in line for line in said.splitlines())


def listed(things: list[dict[str, Any]]) -> dict[str, Any]:
    """Objects as one that kubectl takes."""
    return {"apiVersion": "v1", "kind": "List", "items": things}


if __name__ == "__main__":
    run(main)
