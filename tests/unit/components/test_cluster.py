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


def test_a_cluster_may_be_a_folder_of_files(deploy: Deploy) -> None:
    made = deploy(lambda: Cluster("primary", kubeconfig="/kubeconfig", render_to="/rendered"))

    provider = made["kubernetes", "primary"]
    assert provider["renderYamlToDirectory"] == "/rendered"
    assert "kubeconfig" not in provider
