from local.cluster import heartbeat


def test_a_kubelet_may_be_late_four_times_before_its_node_is_believed_lost() -> None:
    renewed_every = heartbeat.LEASE_SECONDS / 4

    assert 5 * renewed_every <= heartbeat.GRACE_SECONDS
