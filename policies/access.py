"""Who may do what in the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from policies.manifests import at
from policies.policy import Manifest


def grants_everything(role: Manifest) -> Iterator[str]:
    """A role with a wildcard, or with verbs by which its holder could give itself more."""
    for rule in at(role, "rules"):
        for field in ("verbs", "resources", "apiGroups"):
            if "*" in (rule.get(field) or ()):
                yield f"grants {field}: ['*']; name them"
        if gained := {"escalate", "bind", "impersonate"} & set(rule.get("verbs") or ()):
            yield f"grants {', '.join(sorted(gained))}, by which its holder gains more"


def binds_an_admin(binding: Manifest) -> Iterator[str]:
    """A binding to the role that may do everything."""
    role = at(binding, "roleRef").get("name")
    if role in ("cluster-admin", "admin"):
        yield f"binds the role {role}; bind one that grants what is needed"


def has_a_token_unasked(pod: Manifest) -> Iterator[str]:
    """A service account's token in a pod that did not ask for it, or asked for the shared one."""
    account = pod.get("serviceAccountName") or "default"
    if "automountServiceAccountToken" not in pod:
        yield "gets an API token unasked; set automountServiceAccountToken: false"
    elif pod["automountServiceAccountToken"] and account == "default":
        yield "mounts the token of the shared default account; give it a serviceAccountName"
