"""Where regions are drilled: two clusters of this machine, and a service reached by the edge."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from local.cluster import roster
from local.cluster.layout import Cluster
from runbooks import moves
from runbooks.place import Place
from runbooks.region import SERVICE, Region
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until
from tests.prove.pins import pins

PATIENCE = 300.0


@dataclass(frozen=True)
class Ground:
    """Both regions as the runbook knows them."""

    place: Place

    @cached_property
    def stack(self) -> RunningStack:
        """What clients see: the edge."""
        key = f"fraud/{SERVICE}-api-key/password"
        outputs = {"scoring_url": self.place.edge, "api_key_secret": key}
        return RunningStack(outputs, Path(self.place.regions[0].kubeconfig))

    @cached_property
    def mark(self) -> str:
        """A short name of all that makes two trials comparable; who writes is no part of it."""
        digest = hashlib.sha256(pins().encode())
        for region in self.place.regions:
            spec = region.ledger()["spec"]
            declared = {k: v for k, v in spec.items() if k not in {"replica", "bootstrap"}}
            digest.update(json.dumps(declared, sort_keys=True).encode())
        return digest.hexdigest()[:16]

    def cluster(self, region: Region) -> Cluster:
        """The engine's cluster that the region is on."""
        return roster.find(Path(region.kubeconfig).parent.name)

    def wait_whole(self) -> None:
        """The first region writes, the other one follows, and every instance of both is there."""
        place = self.place
        until(
            lambda: not list(self.missing()),
            within=PATIENCE,
            what=f"both regions whole ({', '.join(self.missing())})",
            every=1,
        )
        for region in place.regions:
            region.prepare()
        _ = self.stack.api_key, self.mark

    def missing(self) -> list[str]:
        """What is not as it should be."""
        first, second = self.place.regions
        checks: dict[str, Callable[[], bool]] = {
            f"{first.name} is the writer": lambda: self.place.writer().name == first.name,
            f"{first.name} is healthy": lambda: moves.healthy(first),
            f"{second.name} is healthy": lambda: moves.healthy(second),
            f"{second.name} follows closely": lambda: moves.is_close(first, second),
            "the edge leads somewhere": lambda: moves.leads(self.place.edge),
        }
        return [what for what, holds in checks.items() if not holds()]
