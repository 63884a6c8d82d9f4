"""How soon a node that says nothing is believed lost: what a failover from it waits for most.

By default a kubelet renews its lease every ten seconds and has fifty to be late. Here it renews it
every five and has twenty-five: as many chances, in half the time. On a machine this small the
writes that this adds are nobody's burden.
"""

LEASE_SECONDS = 20
"""A kubelet renews it four times in this time."""
GRACE_SECONDS = 25
