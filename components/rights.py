"""Who may do what: rules of roles, and their grant to a pod's own account."""

from collections.abc import Sequence

from pulumi import Input
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from components.component import Component, Spec

RBAC = "rbac.authorization.k8s.io"


def rule(group: str, resources: Sequence[str], verbs: Sequence[str], *names: str) -> Spec:
    """One rule of a role; with `names`, for these objects alone."""
    named = {"resource_names": list(names)} if names else {}
    return {"api_groups": [group], "resources": list(resources), "verbs": list(verbs), **named}


def role_ref(kind: str, name: str) -> Spec:
    """How a binding names its role."""
    return {"api_group": RBAC, "kind": kind, "name": name}


def account(name: str, namespace: Input[str]) -> Spec:
    """How a binding names the account of a pod."""
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def granted(
    owner: Component, name: str, *, meta: Spec, rules: Sequence[Spec], to: Spec
) -> tuple[Role, RoleBinding]:
    """A role in the namespace of `meta` and its binding to an account, which may live elsewhere."""
    role = Role(name, metadata=meta, rules=list(rules), opts=owner.child)
    bound = RoleBinding(
        name,
        metadata=meta,
        role_ref=role_ref("Role", meta["name"]),
        subjects=[to],
        opts=owner.child_after(role),
    )
    return role, bound
