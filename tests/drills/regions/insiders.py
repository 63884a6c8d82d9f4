"""Clients inside both regions, and whether both were ever acknowledged at once."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.cluster.layout import NETNS, Cluster
from tests.drills.operations import Operation
from tests.e2e.payments import ABOVE
from tests.e2e.stack import ROOT


@dataclass
class Insider:
    """One of them."""

    cluster: Cluster
    url: str
    file: Path
    first: int = field(default_factory=lambda: 10 * ABOVE + secrets.randbelow(ABOVE))

    @contextmanager
    def telling(self, key: str) -> Iterator[None]:
        """Tell payments for as long as the block lasts."""
        network = NETNS / self.cluster.nodes[0].netns
        command = [
            "nsenter", f"--net={network}", "--", sys.executable, "-m",
            "tests.drills.regions.inside", self.url, str(self.first),
        ]  # fmt: skip
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with (
            self.file.open("w") as out,
            subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=out, text=True
            ) as process,
        ):
            assert process.stdin is not None
            process.stdin.write(f"{key}\n")
            process.stdin.flush()
            try:
                yield
            finally:
                process.kill()

    @property
    def operations(self) -> list[Operation]:
        """What it was told; its last line may have been cut off."""
        rows = (json.loads(line) for line in self.file.read_text().splitlines() if line[-1:] == "]")
        return [
            Operation(
                key=key, kind="tell", called=called, answered=answered,
                status=status, value=value, fresh=True,
            )
            for key, called, answered, status, value in rows
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A time in which one region acknowledged, from its first answer to its last."""

    region: str
    first: float
    last: float


def turns(told: Sequence[tuple[str, Operation]]) -> list[Turn]:
    """Who acknowledged when: one turn after the other, as long as no two were at once."""
    made: list[Turn] = []
    for region, it in sorted(told, key=lambda pair: pair[1].answered):
        if not it.acknowledged:
            continue
        if made and made[-1].region == region:
            made[-1] = Turn(region=region, first=made[-1].first, last=it.answered)
        else:
            made.append(Turn(region=region, first=it.answered, last=it.answered))
    return made
