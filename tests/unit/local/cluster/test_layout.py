from ipaddress import IPv4Network
from itertools import combinations

import pytest

from local.cluster.layout import MOST_CLUSTERS, MOST_NODES, Cluster

ALL = [Cluster(f"cluster{index}", index, MOST_NODES) for index in range(MOST_CLUSTERS)]
LONGEST_LINK_NAME = 15


def test_no_two_clusters_share_an_address() -> None:
    ranges = [
        IPv4Network(text)
        for cluster in ALL
        for text in (cluster.node_range, cluster.pod_range, cluster.service_range)
    ]

    assert not [pair for pair in combinations(ranges, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize("cluster", ALL, ids=lambda cluster: cluster.name)
def test_every_node_hands_out_pod_addresses_of_its_own(cluster: Cluster) -> None:
    ranges = [IPv4Network(node.pod_range) for node in cluster.nodes]

    assert len(set(ranges)) == MOST_NODES
    assert all(each.subnet_of(IPv4Network(cluster.pod_range)) for each in ranges)


def test_the_kernel_accepts_every_link_name() -> None:
    names = [name for c in ALL for name in (c.bridge, *(node.link for node in c.nodes))]

    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST_LINK_NAME


def test_two_nodes_share_no_folder_socket_or_cgroup() -> None:
    nodes = [node for cluster in ALL for node in cluster.nodes]

    for part in ("home", "run", "socket", "cgroup", "netns", "name", "address"):
        assert len({getattr(node, part) for node in nodes}) == len(nodes), part
