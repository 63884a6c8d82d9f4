from pathlib import Path

import pytest

from local.cluster import certificates, control_plane, marks, node_agents, roster
from local.cluster.layout import Cluster


@pytest.fixture
def clusters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which clusters are entered."""
    monkeypatch.setattr(roster, "CLUSTERS", tmp_path)
    monkeypatch.setattr("local.cluster.layout.CLUSTERS", tmp_path)
    monkeypatch.setattr("local.cluster.layout.RUN", tmp_path / "run")
    return tmp_path


@pytest.fixture
def own_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark that no engine of this machine looks for."""
    monkeypatch.setattr(marks, "PART", "BULWARK_PART_OF_A_TEST")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tools, as paths that are never run."""
    for module in (certificates, control_plane, node_agents):
        monkeypatch.setattr(module, "binary", lambda name: Path("/tools") / name)


@pytest.fixture
def cluster(clusters: Path) -> Cluster:  # noqa: ARG001 - it makes the folder
    """One cluster of two nodes, on disk but without processes."""
    made = Cluster("primary", 0, 2)
    roster.enter(made)
    return made
