from pulumi_kubernetes.apps.v1 import Deployment

from components.component import Component
from components.namespace import Namespace
from components.pods import hardened_pod
from tests.unit.engine import Deploy
from tests.unit.verdict import verdict


class Careless(Component):
    """A part that forgot most things."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "fraud", None)
        pod = hardened_pod({"image": "web:latest"}, labels=self.labels, user=1)
        spec = {"replicas": 2, "selector": {"match_labels": self.labels}, "template": pod}
        Deployment(name, metadata=self.meta, spec=spec, opts=self.child)


def test_what_one_object_lacks_is_told_with_its_name(deploy: Deploy) -> None:
    found = verdict(deploy(lambda: Careless("web")))

    assert any(each.startswith("images-pinned: Deployment web: ") for each in found)


def test_what_only_all_objects_together_show_is_told(deploy: Deploy) -> None:
    found = verdict(deploy(lambda: Careless("web")))

    lack = "it has 2 replicas and no PodDisruptionBudget"
    assert f"disruption-budget: Deployment web: {lack}" in found
    assert any(each.startswith("default-deny: the stack: namespace fraud has no") for each in found)


def test_nothing_is_told_of_what_is_right(deploy: Deploy) -> None:
    assert verdict(deploy(lambda: Namespace("fraud"))) == []
