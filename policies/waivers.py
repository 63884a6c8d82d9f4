"""Which objects a policy excuses, and why. The engine shows every one of these on every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.manifests import name_of
from policies.policy import Manifest


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One object that need not follow one policy."""

    policy: str
    object: str
    """Kind and name: `Deployment cnpg-controller-manager`."""
    reason: str
    profile: str = ""
    """The profile that brings the object; without it the waiver is not needed, and not idle."""


WAIVERS: tuple[Waiver, ...] = (
    Waiver(
        policy="probes-declared",
        object="Deployment cert-manager-cainjector",
        reason="It listens nowhere, so nobody can ask it; its leader's lease shows that it works.",
        profile="backups",
    ),
)
"""What upstream's releases lack is added to them on their way in, where that can be done."""


def is_waived(policy: str, manifest: Manifest) -> bool:
    """Whether an object is excused from a policy."""
    return any(waiver.policy == policy for waiver in _of(manifest))


def waived(manifest: Manifest) -> Iterator[str]:
    """What an object is excused from."""
    for waiver in _of(manifest):
        yield f"is excused from {waiver.policy}: {waiver.reason}"


def _of(manifest: Manifest) -> Iterator[Waiver]:
    name = name_of(manifest)
    return (waiver for waiver in WAIVERS if waiver.object == name)
