"""A small stack that every policy accepts, and for each policy one bad change to it.

The same changes are judged here as plain data and, in tests/e2e, by the real engine.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Object = dict[str, Any]
Stack = dict[str, Object]

LABELS = {"app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "bulwark"}


def good_stack() -> Stack:
    """Objects by name, well made."""
    return deepcopy(
        {
            "home": {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {
                    "name": "fraud",
                    "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
                },
            },
            "deny": {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "deny", "namespace": "fraud"},
                "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
            },
            "api": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "api", "namespace": "fraud", "labels": LABELS},
                "spec": {
                    "replicas": 2,
                    "selector": {"matchLabels": LABELS},
                    "template": {"metadata": {"labels": LABELS}, "spec": POD},
                },
            },
            "budget": {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": {"name": "api", "namespace": "fraud"},
                "spec": {"minAvailable": 1, "selector": {"matchLabels": LABELS}},
            },
            "role": {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "Role",
                "metadata": {"name": "api", "namespace": "fraud"},
                "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
            },
            "binding": {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": {"name": "api", "namespace": "fraud"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "Role",
                    "name": "api",
                },
                "subjects": [{"kind": "ServiceAccount", "name": "api", "namespace": "fraud"}],
            },
            "settings": {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "settings", "namespace": "fraud"},
                "data": {"postgres_host": "ledger-rw", "password_file": "/run/secrets/password"},
            },
            "secret": {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "password", "namespace": "fraud"},
            },
            "ledger": {
                "apiVersion": "postgresql.cnpg.io/v1",
                "kind": "Cluster",
                "metadata": {"name": "ledger", "namespace": "fraud", "labels": LABELS},
                "spec": {
                    "instances": 2,
                    "imageName": "ghcr.io/cloudnative-pg/postgresql:17.6",
                    "storage": {"size": "1Gi"},
                    "resources": RESOURCES,
                    "backup": {"volumeSnapshot": {"className": "snapshots"}},
                },
            },
            "nightly": {
                "apiVersion": "postgresql.cnpg.io/v1",
                "kind": "ScheduledBackup",
                "metadata": {"name": "ledger", "namespace": "fraud"},
                "spec": {"schedule": "0 0 2 * * *", "cluster": {"name": "ledger"}},
            },
        }
    )


RESOURCES = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}

CONTAINER: Object = {
    "name": "api",
    "image": "registry.example:5000/bulwark/fraud:1.0.0",
    "args": ["--password=$(PASSWORD)"],
    "env": [
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "password", "key": "value"}}},
        {"name": "CACHE_URL", "value": "redis://:$(PASSWORD)@cache:6379"},
    ],
    "resources": RESOURCES,
    "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}},
    "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    },
}

POD: Object = {
    "automountServiceAccountToken": False,
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "containers": [CONTAINER],
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": LABELS},
        }
    ],
}


def bad_stack(policy: str) -> Stack:
    """The good stack after the one change that a policy is there to stop."""
    stack = good_stack()
    BAD_CHANGES[policy](stack)
    return stack


def _pod(stack: Stack) -> Object:
    pod: Object = stack["api"]["spec"]["template"]["spec"]
    return pod


def _container(stack: Stack) -> Object:
    container: Object = _pod(stack)["containers"][0]
    return container


def _helm_release(stack: Stack) -> None:
    stack["release"] = {
        "apiVersion": "helm.sh/v3",
        "kind": "Release",
        "chart": "./chart",
        "metadata": {"name": "hidden"},
    }


BAD_CHANGES: dict[str, Callable[[Stack], object]] = {
    "images-pinned": lambda stack: _container(stack).update(image="bulwark/fraud:latest"),
    "resources-declared": lambda stack: _container(stack)["resources"].pop("limits"),
    "probes-declared": lambda stack: _container(stack).pop("readinessProbe"),
    "labelled": lambda stack: stack["api"]["metadata"].pop("labels"),
    "not-root": lambda stack: _pod(stack)["securityContext"].pop("runAsNonRoot"),
    "read-only-root": lambda stack: _container(stack)["securityContext"].pop(
        "readOnlyRootFilesystem"
    ),
    "least-privilege": lambda stack: _container(stack)["securityContext"].pop("capabilities"),
    "seccomp": lambda stack: _pod(stack)["securityContext"].pop("seccompProfile"),
    "off-the-host": lambda stack: _pod(stack).update(hostNetwork=True),
    "restricted-namespaces": lambda stack: stack["home"]["metadata"].pop("labels"),
    "no-wildcard-roles": lambda stack: stack["role"]["rules"][0].update(verbs=["*"]),
    "no-admin-bindings": lambda stack: stack["binding"]["roleRef"].update(
        kind="ClusterRole", name="cluster-admin"
    ),
    "tokens-asked-for": lambda stack: _pod(stack).pop("automountServiceAccountToken"),
    "secrets-made-in-cluster": lambda stack: stack["secret"].update(
        stringData={"value": "hunter2"}
    ),
    "secrets-by-reference": lambda stack: _container(stack)["env"].append(
        {"name": "FRAUD_API_KEY", "value": "hunter2"}
    ),
    "no-secret-in-config": lambda stack: stack["settings"]["data"].update(api_key="hunter2"),
    "nothing-hidden": _helm_release,
    "default-deny": lambda stack: stack["deny"]["spec"].update(policyTypes=["Ingress"]),
    "disruption-budget": lambda stack: stack.pop("budget"),
    "replicas-spread": lambda stack: _pod(stack).pop("topologySpreadConstraints"),
    "postgres-backed-up": lambda stack: stack.pop("nightly"),
}
