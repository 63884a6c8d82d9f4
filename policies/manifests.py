"""Where things are in a Kubernetes object: its pods, its containers, its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from policies.policy import Manifest, Objects, Subject

POSTGRES = "postgresql.cnpg.io/"
LONG_RUNNING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
# Where each kind keeps its pod.
POD_PATHS = {
    "Pod": ("spec",),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
} | dict.fromkeys(LONG_RUNNING, ("spec", "template", "spec"))
# What a container takes from its pod unless it says otherwise.
INHERITED = ("runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile")


def at(manifest: Manifest, *path: str) -> Any:
    """The value at a path, or an empty mapping where any step is missing."""
    here: Any = manifest
    for step in path:
        here = here.get(step) or {}
    return here


def name_of(manifest: Manifest) -> str:
    """`Deployment scoring`: how messages and waivers call an object."""
    return f"{manifest.get('kind')} {at(manifest, 'metadata').get('name')}"


def namespace_of(manifest: Manifest) -> str:
    """The namespace of an object, which Kubernetes takes to be `default` where none is given."""
    return at(manifest, "metadata").get("namespace") or "default"


def of_kind(objects: Objects, *wanted: str) -> list[Manifest]:
    """The objects of these kinds."""
    return [each for each in objects if each.get("kind") in wanted]


def is_postgres(manifest: Manifest) -> bool:
    """Whether this is a CloudNativePG cluster: pods that an operator makes."""
    return manifest.get("kind") == "Cluster" and manifest["apiVersion"].startswith(POSTGRES)


def is_workload(manifest: Manifest) -> bool:
    """Whether pods come from this object."""
    return manifest.get("kind") in POD_PATHS or is_postgres(manifest)


def any_object(manifest: Manifest) -> Iterator[Subject]:
    """Picks every object, whole."""
    yield Subject(where="it", body=manifest, owner=manifest)


def kinds(*wanted: str) -> Callable[[Manifest], Iterator[Subject]]:
    """Picks whole objects of these kinds."""

    def pick(manifest: Manifest) -> Iterator[Subject]:
        if manifest.get("kind") in wanted:
            yield Subject(where="it", body=manifest, owner=manifest)

    return pick


def pods(manifest: Manifest) -> Iterator[Subject]:
    """Picks the pod that an object describes."""
    if path := POD_PATHS.get(manifest.get("kind", "")):
        yield Subject(where="its pod", body=at(manifest, *path), owner=manifest)


def containers(manifest: Manifest) -> Iterator[Subject]:
    """Picks every container."""
    return _containers(manifest, "initContainers", "containers")


def serving(manifest: Manifest) -> Iterator[Subject]:
    """Picks the containers that run until told to stop: neither jobs nor init containers."""
    if manifest.get("kind") in LONG_RUNNING:
        yield from _containers(manifest, "containers")


def _containers(manifest: Manifest, *roles: str) -> Iterator[Subject]:
    """The containers, each with the security settings that it inherits from its pod."""
    for pod in pods(manifest):
        defaults = at(pod.body, "securityContext")
        inherited = {key: defaults[key] for key in INHERITED if key in defaults}
        for role in roles:
            for body in at(pod.body, role):
                context = inherited | dict(at(body, "securityContext"))
                yield Subject(
                    where=f"container {body.get('name')}",
                    body={**body, "securityContext": context},
                    owner=manifest,
                )


def sized(manifest: Manifest) -> Iterator[Subject]:
    """Picks what names an image and resources: containers, and Postgres, which makes its own."""
    yield from containers(manifest)
    if is_postgres(manifest):
        spec = at(manifest, "spec")
        body = {"image": spec.get("imageName"), "resources": spec.get("resources")}
        yield Subject(where="its Postgres", body=body, owner=manifest)
