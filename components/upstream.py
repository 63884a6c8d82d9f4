"""What is changed in other people's releases on their way into the cluster, and why."""

from typing import Any

from pulumi import ResourceTransformArgs, ResourceTransformResult

from components.component import PLATFORM, Spec
from components.namespace import pod_security


def adapted(args: ResourceTransformArgs) -> ResourceTransformResult | None:
    """A transform for the objects of a release or a chart."""
    thing: Spec = dict(args.props)
    if "kind" not in thing:
        return None  # the release itself
    change = CHANGES.get(thing["kind"], labelled)
    return ResourceTransformResult(props=change(thing), opts=args.opts)


def labelled(thing: Spec, labels: dict[str, str] = PLATFORM) -> Spec:
    """Found with everything else of the platform."""
    meta = thing["metadata"]
    return {**thing, "metadata": {**meta, "labels": {**meta.get("labels", {}), **labels}}}


def closed(namespace: Spec) -> Spec:
    """The operators need no privilege, so the API server grants none."""
    return labelled(namespace, {**PLATFORM, **pod_security("restricted")})


def unthrottled(deployment: Spec) -> Spec:
    """No CPU limit: an operator that is throttled fails over late. Its API token is asked for."""
    spec = deployment["spec"]
    pod = spec["template"]["spec"]
    pod = {
        **pod,
        "automountServiceAccountToken": True,
        "containers": [_without_cpu_limit(each) for each in pod["containers"]],
    }
    template = {**spec["template"], "spec": pod}
    return labelled({**deployment, "spec": {**spec, "template": template}})


def brief(definition: Spec) -> Spec:
    """Without its prose, of which the state would hold a megabyte, three times over."""
    return labelled(_silent(definition))


CHANGES = {
    "CustomResourceDefinition": brief,
    "Deployment": unthrottled,
    "Namespace": closed,
}


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
