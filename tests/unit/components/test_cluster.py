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
    assert ("Namespace", "fraud") in made.within["there"]


def test_what_is_kept_is_protected_with_all_that_belongs_to_it(deploy: Deploy) -> None:
    parts = list[Namespace]()

    def program() -> None:
        cluster = Cluster("here", kubeconfig="/kubeconfig", protect=True)
        parts.extend(
            Namespace(name, opts=opts)
            for name, opts in (("kept", cluster.kept), ("other", cluster.here))
        )

    deploy(program)

    kept, other = ({child._protect for child in part._childResources} for part in parts)
    assert kept == {True}
    assert True not in other


def test_a_cluster_may_be_a_folder_of_files(deploy: Deploy) -> None:
    made = deploy(lambda: Cluster("primary", kubeconfig="/kubeconfig", render_to="/rendered"))

    provider = made["kubernetes", "primary"]
    assert provider["renderYamlToDirectory"] == "/rendered"
    assert "kubeconfig" not in provider
