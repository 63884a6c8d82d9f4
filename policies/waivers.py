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


_RELEASE = "CloudNativePG comes as upstream releases it, with labels of its own."
_OPERATES = "An operator works through the API, with an account that its release makes for it."
_NAMESPACE = (
    "The release brings this namespace without labels. Its one pod meets `restricted`, to which"
    " not-root, least-privilege, seccomp and off-the-host hold it here."
)
_NOT_ASKED = (
    "Nothing waits for External Secrets to be ready: without its webhook it serves nobody. Its"
    " chart gives the liveness probe's port as text, which the API server refuses."
)

WAIVERS = (
    Waiver(policy="labelled", object="Deployment cnpg-controller-manager", reason=_RELEASE),
    Waiver(policy="labelled", object="Service cnpg-webhook-service", reason=_RELEASE),
    Waiver(
        policy="tokens-asked-for", object="Deployment cnpg-controller-manager", reason=_OPERATES
    ),
    Waiver(policy="restricted-namespaces", object="Namespace cnpg-system", reason=_NAMESPACE),
    Waiver(policy="probes-declared", object="Deployment external-secrets", reason=_NOT_ASKED),
)


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
