"""What is changed in other people's releases on their way into the cluster, and why."""

from collections.abc import Callable
from typing import Any

from pulumi import ResourceTransformArgs, ResourceTransformResult

from components.component import PLATFORM, Spec
from components.namespace import pod_security

Transform = Callable[[ResourceTransformArgs], ResourceTransformResult | None]


def adapted(args: ResourceTransformArgs) -> ResourceTransformResult | None:
    """A transform for the objects of a release or a chart."""
    thing: Spec = dict(args.props)
    if "kind" not in thing:
        return None  # the release itself
    change = CHANGES.get(thing["kind"], labelled)
    return ResourceTransformResult(props=change(thing), opts=args.opts)


def probed(path: str, port: int, only: str = "") -> Transform:
    """A transform for a Deployment whose release lets nobody ask whether it works.

    `only` names it, where the release has several.
    """
    probe = {"httpGet": {"path": path, "port": port}, "periodSeconds": 10, "timeoutSeconds": 5}

    def transform(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        thing: Spec = dict(args.props)
        if thing.get("kind") != "Deployment" or (only and thing["metadata"]["name"] != only):
            return None
        asked = {"livenessProbe": probe, "readinessProbe": probe}
        changed = with_containers(thing, lambda container: {**container, **asked})
        return ResourceTransformResult(props=changed, opts=args.opts)

    return transform


def awaited(condition: str, *kinds: str) -> Transform:
    """A transform for objects of these kinds that are there only once a condition holds."""

    def transform(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        thing: Spec = dict(args.props)
        if thing.get("kind") not in kinds:
            return None
        meta = thing["metadata"]
        noted = {**meta.get("annotations", {}), "pulumi.com/waitFor": condition}
        changed = {**thing, "metadata": {**meta, "annotations": noted}}
        return ResourceTransformResult(props=changed, opts=args.opts)

    return transform


def labelled(thing: Spec, labels: dict[str, str] = PLATFORM) -> Spec:
    """Found with everything else of the platform, under its own name if it says no other."""
    meta = thing["metadata"]
    own = {"app.kubernetes.io/name": meta["name"], **_filled_in(meta.get("labels", {}))}
    return {**thing, "metadata": {**meta, "labels": {**own, **labels}}}


def closed(namespace: Spec) -> Spec:
    """The operators need no privilege, so the API server grants none."""
    return labelled(namespace, {**PLATFORM, **pod_security("restricted")})


def unthrottled(deployment: Spec) -> Spec:
    """No CPU limit: an operator that is throttled fails over late. Its API token is asked for."""
    return labelled(with_containers(deployment, _without_cpu_limit))


def with_containers(deployment: Spec, change: Callable[[Spec], Spec]) -> Spec:
    """The Deployment with another pod: its containers changed, its API token asked for aloud."""
    spec = deployment["spec"]
    pod = spec["template"]["spec"]
    pod = {
        **pod,
        "automountServiceAccountToken": True,
        "containers": [change(container) for container in pod["containers"]],
    }
    return {**deployment, "spec": {**spec, "template": {**spec["template"], "spec": pod}}}


def brief(definition: Spec) -> Spec:
    """Without its prose, of which the state would hold a megabyte, three times over."""
    return labelled(_silent(definition))


CHANGES = {
    "CustomResourceDefinition": brief,
    "Deployment": unthrottled,
    "Namespace": closed,
}


def _filled_in(labels: dict[str, str]) -> dict[str, str]:
    """Those that say something: cert-manager's definitions are templates before a release."""
    return {key: value for key, value in labels.items() if "{{" not in value}


def _without_cpu_limit(container: Spec) -> Spec:
    resources = container["resources"]
    limits = {key: value for key, value in resources["limits"].items() if key != "cpu"}
    return {**container, "resources": {**resources, "limits": limits}}


def _silent(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _silent(each) for key, each in value.items() if not _is_prose(key, each)}
    return [_silent(each) for each in value] if isinstance(value, list) else value


def _is_prose(key: str, value: object) -> bool:
    return key == "description" and isinstance(value, str)
