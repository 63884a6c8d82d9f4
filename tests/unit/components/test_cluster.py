from components.cluster import Cluster
from components.namespace import Namespace
from tests.unit.engine import Deploy


def test_a_part_goes_to_the_cluster_it_was_given(deploy: Deploy) -> None:
    def program() -> None:
        there = Cluster("there", kubeconfig="/there/kubeconfig", context="ours")
        Namespace("fraud", opts=there.here)

    made = deploy(program)

    provider = made["kubernetes", "there"]
    assert (provider["kubeconfig"], provider["context"]) == ("/there/kubeconfig", "ours")
    assert "::there::" in made.providers["Namespace", "fraud"]
