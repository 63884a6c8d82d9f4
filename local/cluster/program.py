"""A process that is to be kept alive, as plain data."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.cluster.layout import NETNS, Node

FRUGAL = {"GOGC": "30"}
"""Go collects early: some processor time for memory.

No GOMEMLIMIT: near it the collector takes half of a processor, and what the API server holds
grows with the stack.
"""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What the supervisor runs. A change of a file that it reads counts as a change of it."""

    group: str
    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    reads: tuple[Path, ...] = ()

    @property
    def full_name(self) -> str:
        """As the supervisor addresses it."""
        return f"{self.group}:{self.name}"

    def fingerprint(self) -> str:
        """Of the contents of the files it reads, so that new settings restart it."""
        digest = hashlib.sha256()
        for path in self.reads:
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


def on_node(node: Node, binary: Path, flags: Mapping[str, object], *words: str) -> tuple[str, ...]:
    """The command that runs a program in the node's network namespace.

    `nsenter` and not `ip netns exec`: that would also hide kubelet's mounts from containerd.
    """
    return in_network(node.netns, binary, flags, *words)


def in_network(
    netns: str, binary: Path, flags: Mapping[str, object], *words: str
) -> tuple[str, ...]:
    """The command that runs a program in a network namespace of ours."""
    options = (f"--{flag}={_text(value)}" for flag, value in flags.items())
    return ("nsenter", f"--net={NETNS / netns}", "--", str(binary), *words, *options)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
