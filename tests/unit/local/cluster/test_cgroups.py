from pathlib import Path

import pytest

from local.cluster import cgroups
from local.cluster.layout import Cluster
from local.errors import EngineError

NODE = Cluster("primary", 0).nodes[0]


@pytest.fixture
def controllers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders in place of two v1 controllers, the second a cpuset."""
    for name in ("cpu", "cpuset"):
        (tmp_path / name).mkdir()
    (tmp_path / "cpuset/cpuset.cpus").write_text("0-1\n")
    monkeypatch.setattr(cgroups, "hierarchies", lambda: [tmp_path / "cpu", tmp_path / "cpuset"])
    return tmp_path


def test_a_node_has_a_cgroup_in_every_controller(controllers: Path) -> None:
    cgroups.prepare(NODE)

    assert (controllers / "cpu/bulwark/primary-1").is_dir()
    assert (controllers / "cpuset/bulwark/primary-1").is_dir()


def test_a_fresh_cpuset_is_filled_from_the_one_above(
    controllers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Path.mkdir

    def as_the_kernel_does(self: Path, *, exist_ok: bool = False) -> None:
        plain(self, exist_ok=exist_ok)
        if "cpuset" in self.parts and not (self / "cpuset.cpus").exists():
            (self / "cpuset.cpus").write_text("\n")

    monkeypatch.setattr(Path, "mkdir", as_the_kernel_does)
    cgroups.prepare(NODE)

    assert (controllers / "cpuset/bulwark/primary-1/cpuset.cpus").read_text() == "0-1\n"


@pytest.mark.parametrize(("name", "weight"), cgroups.WEIGHTS.items())
def test_pods_go_before_what_manages_them(controllers: Path, name: str, weight: int) -> None:
    (controllers / "cpu/bulwark").mkdir()
    (controllers / f"cpu/bulwark/{name}").write_text("0\n")

    cgroups.prepare(NODE)

    assert (controllers / f"cpu/bulwark/{name}").read_text() == str(weight)


def test_processes_below_a_cgroup_are_found_once(controllers: Path) -> None:
    for place in ("cpu/bulwark/primary-1/kubepods", "cpuset/bulwark/primary-1"):
        (controllers / place).mkdir(parents=True)
        (controllers / place / "cgroup.procs").write_text("7\n8\n")

    assert cgroups.processes("bulwark/primary-1") == {7, 8}


def test_a_removed_cgroup_is_gone_with_all_below_it(controllers: Path) -> None:
    (controllers / "cpu/bulwark/primary-1/kubepods/pod").mkdir(parents=True)
    (controllers / "cpu/bulwark/standby-1").mkdir()
    cgroups.remove("bulwark/primary-1")

    assert cgroups.present("bulwark/primary-1") == []
    assert cgroups.present("bulwark/standby-1") == [controllers / "cpu/bulwark/standby-1"]


def test_on_version_two_a_parent_hands_its_controllers_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    (tmp_path / "cgroup.subtree_control").write_text("memory\n")
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    cgroups.prepare(NODE)

    assert (tmp_path / "cgroup.subtree_control").read_text() == "+cpu +pids"


def test_a_machine_without_cgroups_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)

    with pytest.raises(EngineError, match="no cgroups are mounted"):
        cgroups.hierarchies()
