from pathlib import Path

import pytest

from local.cluster import roster
from local.cluster.layout import MOST_CLUSTERS, Cluster
from local.errors import EngineError


@pytest.mark.usefixtures("clusters")
def test_a_planned_cluster_does_not_exist_until_it_is_entered() -> None:
    cluster = roster.planned("primary", None)
    assert roster.known() == []

    roster.enter(cluster)
    assert roster.known() == [Cluster("primary", 0, 1)]
    assert roster.same(cluster)


@pytest.mark.usefixtures("clusters")
def test_a_new_cluster_takes_the_first_free_addresses() -> None:
    for name, index in (("primary", 0), ("third", 2)):
        roster.enter(Cluster(name, index))

    assert roster.planned("standby", None).index == 1


def test_only_the_owner_reads_a_clusters_folder(clusters: Path) -> None:
    roster.enter(Cluster("primary", 0))

    assert (clusters / "primary").stat().st_mode & 0o077 == 0


def test_a_cluster_keeps_its_size_and_can_grow(cluster: Cluster) -> None:
    assert roster.planned(cluster.name, None) == cluster
    assert roster.planned(cluster.name, 3).size == 3


def test_a_cluster_does_not_shrink(cluster: Cluster) -> None:
    with pytest.raises(EngineError, match="has 2 nodes and cannot shrink to 1"):
        roster.planned(cluster.name, 1)


@pytest.mark.usefixtures("cluster")
def test_an_unknown_cluster_is_answered_with_the_known_ones() -> None:
    with pytest.raises(EngineError, match=r"no cluster is named 'standby'; there are: primary;"):
        roster.find("standby")


@pytest.mark.usefixtures("clusters")
@pytest.mark.parametrize("name", ["", "Primary", "1st", "a/b", "a" * 31, "a_b"])
def test_a_name_that_is_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="is not allowed"):
        roster.planned(name, None)


@pytest.mark.usefixtures("clusters")
@pytest.mark.parametrize("size", [0, -1, 10])
def test_a_size_out_of_bounds_is_refused(size: int) -> None:
    with pytest.raises(EngineError, match="allowed: 1 to 9"):
        roster.planned("primary", size)


@pytest.mark.usefixtures("clusters")
def test_the_ranges_run_out_with_a_clear_word() -> None:
    for index in range(MOST_CLUSTERS):
        roster.enter(Cluster(f"c{index}", index))

    with pytest.raises(EngineError, match="16 clusters are the most"):
        roster.planned("one-more", None)
