from pathlib import Path

from local.cluster.layout import Cluster
from local.cluster.program import Program, on_node

NODE = Cluster("primary", 0).nodes[0]


def test_a_program_runs_in_its_nodes_network_and_in_the_machines_mounts() -> None:
    command = on_node(NODE, Path("/tools/kubelet"), {"v": 2, "profiling": False})

    assert command == (
        "nsenter",
        "--net=/run/netns/bw-primary-1",
        "--",
        "/tools/kubelet",
        "--v=2",
        "--profiling=false",
    )


def test_a_changed_settings_file_changes_the_program(tmp_path: Path) -> None:
    settings = tmp_path / "kubelet.yaml"
    program = Program(group="primary-1", name="kubelet", command=("kubelet",), reads=(settings,))
    settings.write_text("maxPods: 1")
    before = program.fingerprint()
    settings.write_text("maxPods: 2")

    assert program.fingerprint() != before
    assert program.full_name == "primary-1:kubelet"
