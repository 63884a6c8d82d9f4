"""What a process may do inside its container."""

from __future__ import annotations

from collections.abc import Iterator

from policies.manifests import at
from policies.policy import Manifest

CONFINED = ("RuntimeDefault", "Localhost")


def runs_as_root(container: Manifest) -> Iterator[str]:
    """A user that is, or may be, root."""
    context = at(container, "securityContext")
    if not context.get("runAsNonRoot"):
        yield "may run as root; set securityContext.runAsNonRoot: true"
    if context.get("runAsUser") == 0:
        yield "runs as user 0; set securityContext.runAsUser to another"


def writes_to_its_image(container: Manifest) -> Iterator[str]:
    """A root file system that is not read-only."""
    if not at(container, "securityContext").get("readOnlyRootFilesystem"):
        yield (
            "can write to its root file system; set securityContext.readOnlyRootFilesystem: true"
            " and mount an emptyDir where it writes"
        )


def keeps_privileges(container: Manifest) -> Iterator[str]:
    """Capabilities, or a way to gain some."""
    context = at(container, "securityContext")
    capabilities = at(context, "capabilities")
    if context.get("privileged"):
        yield "is privileged"
    if context.get("allowPrivilegeEscalation", True):
        yield "may gain privileges; set securityContext.allowPrivilegeEscalation: false"
    if "ALL" not in (capabilities.get("drop") or ()):
        yield "keeps capabilities; set securityContext.capabilities.drop: [ALL]"
    if added := set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}:
        yield f"adds {', '.join(sorted(added))}; only NET_BIND_SERVICE is allowed"


def makes_any_syscall(container: Manifest) -> Iterator[str]:
    """No seccomp profile."""
    profile = at(container, "securityContext", "seccompProfile").get("type")
    if profile not in CONFINED:
        yield (
            f"has the seccomp profile {profile or 'Unconfined'};"
            f" set securityContext.seccompProfile.type to {' or '.join(CONFINED)}"
        )
