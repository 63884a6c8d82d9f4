from pulumi import ResourceOptions
from pulumi_kubernetes import Provider

from components.component import Component


class Cluster(Component):
    """One Kubernetes cluster, named by its kubeconfig: where the parts that get its `here` go.

    Deliberately no ambient cluster: a part without these options is refused, not deployed to
    whatever `kubectl` pointed at last.
    """

    here: ResourceOptions
    """What a part in this cluster is given as its `opts`."""
    kept: ResourceOptions
    """What holds data is given, and what that would go with: a namespace with all that is in it,
    a definition with all its objects. With `protect` Pulumi refuses to take it away."""

    def __init__(
        self,
        name: str,
        *,
        kubeconfig: str,
        context: str | None = None,
        render_to: str | None = None,
        protect: bool = False,
        second: bool = False,
    ) -> None:
        """With `render_to`, objects become files in that folder and no cluster is asked.

        A part in a `second` cluster may have the name of one in the first.
        """
        super().__init__(name, None, None)
        if render_to:
            provider = Provider(name, render_yaml_to_directory=render_to, opts=self.child)
        else:
            provider = Provider(name, kubeconfig=kubeconfig, context=context, opts=self.child)
        parent = self if second else None
        self.here = ResourceOptions(provider=provider, parent=parent)
        self.kept = ResourceOptions(provider=provider, parent=parent, protect=protect)
        self.register_outputs({})
