import json
from pathlib import Path

import pytest

from local.cluster import leftovers, lowering, marks, mounts, recovery, strays, sysctls
from local.errors import EngineError


def test_only_mounts_below_our_folders_are_ours_and_the_latest_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    points = ("/", "/state/a", "/state/a/b\\040c", "/statement", "/run/x")
    table.write_text("".join(f"1 2 0:1 / {point} rw - ext4 dev rw\n" for point in points))
    monkeypatch.setattr(mounts, "TABLE", table)

    assert mounts.below(Path("/state")) == [Path("/state/a/b c"), Path("/state/a")]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(strays, "STATE", tmp_path / "state")
    monkeypatch.setattr(strays, "LOG_LINKS", tmp_path / "links")
    monkeypatch.setattr(strays, "NETWORK_RESULTS", tmp_path / "cni/results")
    monkeypatch.setattr(strays, "DEVICE_PLUGINS", tmp_path / "kubelet/device-plugins")
    for folder in ("state", "links", "cni/results", "kubelet/device-plugins"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path / "state"


def test_log_links_go_when_their_log_is_gone_and_others_links_stay(state: Path) -> None:
    links = strays.LOG_LINKS
    (state / "kept.log").touch()
    for name, target in (
        ("kept", state / "kept.log"),
        ("dead", state / "gone.log"),
        ("foreign", Path("/elsewhere/gone.log")),
    ):
        (links / name).symlink_to(target)
    strays.remove()

    assert sorted(path.name for path in links.iterdir()) == ["foreign", "kept"]


def test_pod_network_results_of_a_running_node_stay(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "marked", lambda: {1: "primary-1"})
    results = strays.NETWORK_RESULTS
    for name in ("bulwark-primary-1-abc-eth0", "bulwark-standby-1-abc-eth0", "cbr0-abc-eth0"):
        (results / name).touch()
    strays.remove()

    left = sorted(path.name for path in results.iterdir())
    assert state.exists()
    assert left == ["bulwark-primary-1-abc-eth0", "cbr0-abc-eth0"]


def test_folders_that_others_programs_made_go_when_they_are_empty(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "_kubelet_runs", lambda: False)
    strays.remove()

    assert not any((state.parent / name).exists() for name in ("links", "cni", "kubelet"))


def test_a_kubelets_folder_is_not_taken_from_it(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "_kubelet_runs", lambda: True)
    strays.remove()

    assert state.exists()
    assert strays.DEVICE_PLUGINS.exists()


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files in place of the kernel's settings."""
    monkeypatch.setattr(sysctls, "KERNEL", tmp_path)
    monkeypatch.setattr(sysctls, "RECORD", tmp_path / "state/record.json")
    monkeypatch.setattr(sysctls, "CHANGED", ("vm/panic_on_oom", "kernel/panic"))
    for name in sysctls.CHANGED:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("0\n")
    return tmp_path


def test_a_changed_sysctl_is_given_back(kernel: Path) -> None:
    sysctls.record()
    (kernel / "kernel/panic").write_text("10\n")
    assert sysctls.changed() == ["kernel/panic"]

    sysctls.restore()
    assert (kernel / "kernel/panic").read_text() == "0"
    assert not sysctls.RECORD.exists()


def test_what_was_noted_first_is_not_noted_over(kernel: Path) -> None:
    sysctls.record()
    (kernel / "kernel/panic").write_text("10\n")
    sysctls.record()

    assert json.loads(sysctls.RECORD.read_text())["kernel/panic"] == "0"


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(recovery, "RECORD", tmp_path / "boot")
    monkeypatch.setattr(recovery, "BOOT", tmp_path / "boot_id")
    (tmp_path / "boot_id").write_text("one")
    return tmp_path / "boot_id"


def test_after_a_reboot_the_rest_is_swept_once(boot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []
    monkeypatch.setattr(recovery, "sweep", lambda: swept.append(boot.read_text()))
    recovery.recover()
    recovery.recover()
    assert not recovery.stale()
    boot.write_text("two")
    assert recovery.stale()
    recovery.recover()
    recovery.recover()

    assert swept == ["two"]


def test_down_says_what_it_could_not_remove(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(lowering, "leftovers", lambda: ["process 7", "mount /x"])

    with pytest.raises(EngineError, match=r"left behind: process 7; mount /x;"):
        lowering._verify()


def test_every_kind_of_leftover_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes = {
        "marks.marked": lambda: {7: "primary"},
        "marks.alive": lambda _: True,
        "cgroups.processes": lambda _: {8},
        "mounts.below": lambda *_: [Path("/state/m")],
        "network.namespaces": lambda _: [Path("/run/netns/bw-primary-1")],
        "network.links": lambda _: ["bw-0"],
        "cgroups.present": lambda: [Path("/sys/fs/cgroup/cpu/bulwark")],
        "strays.found": lambda: [Path("/var/lib/cni/results/bulwark-x")],
        "sysctls.changed": lambda: ["kernel/panic"],
    }
    for name, fake in fakes.items():
        monkeypatch.setattr(f"local.cluster.leftovers.{name}", fake)
    monkeypatch.setattr(leftovers, "RUN", tmp_path)

    assert leftovers.leftovers() == [
        "process 7",
        "process 8",
        "mount /state/m",
        "network namespace bw-primary-1",
        "network link bw-0",
        "cgroup /sys/fs/cgroup/cpu/bulwark",
        "file /var/lib/cni/results/bulwark-x",
        "sysctl kernel/panic",
        f"folder {tmp_path}",
    ]
