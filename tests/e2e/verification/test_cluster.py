"""The ground under the stack: nodes, system pods, storage, metrics, names, images."""

import httpx
import pytest
import testinfra

from tests.e2e import pods, timeouts
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until, until_none

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
    nodes = stack.core.list_node().items

    assert nodes
    for node in nodes:
        state = {c.type: c.status for c in node.status.conditions}
        assert state["Ready"] == "True"
        assert {kind for kind in PRESSURES if state.get(kind) == "True"} == set()


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
    def measured() -> set[str] | None:
        found = stack.custom.list_cluster_custom_object("metrics.k8s.io", "v1beta1", "nodes")
        return {node["metadata"]["name"] for node in found["items"]} or None

    names = {node.metadata.name for node in stack.core.list_node().items}
    assert until(measured, within=timeouts.METRICS, what="node metrics") == names


def test_a_pod_resolves_the_names_of_services(stack: RunningStack) -> None:
    known = pods.run(stack, ["nslookup", "kubernetes.default.svc.cluster.local"])
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
    for pod in stack.core.list_pod_for_all_namespaces().items:
        for state in pod.status.container_statuses:
            name, _, digest = state.image_id.partition("@")
            # The mirror serves every registry's images under their names without the registry.
            url = f"{REGISTRY}/v2/{name.partition('/')[2]}/manifests/{digest}"
            found = httpx.head(url, headers=MANIFESTS, timeout=timeouts.REQUEST)
            assert found.status_code == 200, state.image_id


@pytest.mark.parametrize("program", CONTROL_PLANE + AGENTS)
def test_each_program_of_the_nodes_runs_under_the_supervisor(program: str) -> None:
    machine = testinfra.get_host("local://")

    found = machine.process.filter(comm=program[:COMM_LENGTH])

    parents = {machine.process.get(pid=each.ppid).args for each in found}
    assert len(parents) == 1, f"{program}: started by {parents or 'nobody, it does not run'}"
    assert "supervisord" in parents.pop()
