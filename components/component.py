"""What every part has in common."""

from typing import Any

from pulumi import ComponentResource, Input, Resource, ResourceOptions

Spec = dict[str, Any]
"""A piece of a Kubernetes object: the YAML everyone knows, with Pulumi's snake_case keys."""


PLATFORM = {"app.kubernetes.io/part-of": "bulwark"}
"""The one label that operators' pods share with ours."""


class Component(ComponentResource):
    """A part: its type token, its labels, its children's metadata and the options that own them."""

    def __init__(
        self, name: str, namespace: Input[str] | None, opts: ResourceOptions | None
    ) -> None:
        kind = type(self).__name__
        super().__init__(f"bulwark:components:{kind}", name, None, opts)
        self.labels = {
            "app.kubernetes.io/name": kind.lower(),
            "app.kubernetes.io/instance": name,
            **PLATFORM,
        }
        self.meta: Spec = {"namespace": namespace, "labels": self.labels}
        self.child = ResourceOptions(parent=self)

    def child_after(self, *first: Resource) -> ResourceOptions:
        """The children's options for one that needs others to be there, and to go after it."""
        return ResourceOptions(parent=self, depends_on=first)

    def named(self, name: str) -> Spec:
        """Metadata with a fixed name, for what is addressed from outside Pulumi."""
        return {**self.meta, "name": name}

    def role(self, role: str) -> dict[str, str]:
        """The labels of one kind of pod of a part that has several."""
        return {**self.labels, "app.kubernetes.io/component": role}
