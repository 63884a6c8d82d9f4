"""The ground under the stack: nodes, system pods, storage, metrics, names, images."""

import httpx
import pytest
import testinfra

from tests.e2e import pods, timeouts
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until_none

PRESSURES = {"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"}
CONTROL_PLANE = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]
AGENTS = ["containerd", "kubelet", "kube-proxy", "kube-router"]
COMM_LENGTH = 15
"""The kernel keeps no more of a program's name."""

REGISTRY = "http://10.76.0.1:5000"
MANIFESTS = {
    "Accept": (
        "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
        "application/vnd.docker.distribution.manifest.v2+json"
    )
}


def test_every_node_is_ready_and_under_no_pressure(stack: RunningStack) -> None:
    def troubled() -> list[str]:
        nodes = stack.core.list_node().items
        assert nodes
        found = []
        for node in nodes:
            state = {c.type: c.status for c in node.status.conditions}
            wrong = {kind for kind in PRESSURES if state.get(kind) == "True"}
            wrong |= set() if state["Ready"] == "True" else {"not ready"}
            found += [f"{node.metadata.name}: {kind}" for kind in wrong]
        return found

    until_none(troubled, within=timeouts.METRICS, what="every node is well")


def test_every_pod_of_the_cluster_is_ready(stack: RunningStack) -> None:
    def lagging() -> list[str]:
        everywhere = stack.core.list_pod_for_all_namespaces().items
        assert {"kube-system", stack.namespace} <= {p.metadata.namespace for p in everywhere}
        return [p.metadata.name for p in everywhere if not pods.ready(p)]

    # The autoscaler may be at work.
    until_none(lagging, within=timeouts.POD, what="every pod is ready")


def test_exactly_one_storage_class_is_the_default(stack: RunningStack) -> None:
    classes = stack.storage.list_storage_class().items
    marked = "storageclass.kubernetes.io/is-default-class"

    assert [(c.metadata.annotations or {}).get(marked) for c in classes].count("true") == 1


def test_every_claim_has_its_volume(stack: RunningStack) -> None:
    claims = stack.core.list_namespaced_persistent_volume_claim(stack.namespace).items

    assert claims
    assert {c.status.phase for c in claims} == {"Bound"}


def test_the_metrics_server_measures_every_node(stack: RunningStack) -> None:
    def unmeasured() -> set[str]:
        found = stack.custom.list_cluster_custom_object("metrics.k8s.io", "v1beta1", "nodes")
        return names - {node["metadata"]["name"] for node in found["items"]}

    names = {node.metadata.name for node in stack.core.list_node().items}
    assert names
    until_none(lambda: sorted(unmeasured()), within=timeouts.METRICS, what="node metrics")


def test_a_pod_resolves_the_names_of_services(stack: RunningStack) -> None:
    # A pod that is new gets its paths a moment later.
    tries = timeouts.POLICY // timeouts.REFUSED
    patient = f"for _ in $(seq {tries}); do nslookup $0 && exit; sleep 1; done; exit 1"
    name = "kubernetes.default.svc.cluster.local"
    known = pods.run(stack, ["sh", "-c", patient, name])
    unknown = pods.run(stack, ["nslookup", "nobody.default.svc.cluster.local"])

    assert known.exit_code == 0, known.log
    assert unknown.exit_code != 0, unknown.log


def test_no_image_is_floating(stack: RunningStack) -> None:
    for pod in stack.core.list_pod_for_all_namespaces().items:
        for container in pod.spec.containers:
            name = container.image.rpartition("/")[2]
            assert ":" in name, container.image
            assert not name.endswith(":latest"), container.image


def test_every_running_image_is_what_the_local_registry_serves(stack: RunningStack) -> None:
    everywhere = stack.core.list_pod_for_all_namespaces().items
    states = [state for pod in everywhere for state in pod.status.container_statuses or []]
    images = {state.image_id for state in states} - {""}  # of a pod that begins there is none yet

    assert len(images) > 1
    for image in images:
        name, _, digest = image.partition("@")
        # The mirror serves every registry's images under their names without the registry.
        url = f"{REGISTRY}/v2/{name.partition('/')[2]}/manifests/{digest}"
        found = httpx.head(url, headers=MANIFESTS, timeout=timeouts.REQUEST)
        assert found.status_code == 200, image


@pytest.mark.parametrize("program", CONTROL_PLANE + AGENTS)
def test_each_program_of_the_nodes_runs_under_the_supervisor(program: str) -> None:
    machine = testinfra.get_host("local://")

    def others() -> list[str]:
        """Who started it beside the supervisor. A child is called like its parent for a moment."""
        found = machine.process.filter(comm=program[:COMM_LENGTH])
        parents = {it.args for each in found for it in machine.process.filter(pid=each.ppid)}
        return sorted(it for it in parents if "supervisord" not in it) if parents else ["nobody"]

    until_none(others, within=timeouts.REQUEST, what=f"{program} is the supervisor's")
