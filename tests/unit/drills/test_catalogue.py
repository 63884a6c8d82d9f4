from tests.drills.catalogue import DRILLS
from tests.drills.faults import api_server, pods, wires


def test_every_fault_that_lasts_is_waited_for_longer() -> None:
    lasting = {
        "redis-lost": pods.REDIS_AWAY,
        "object-store-away": pods.OBJECTS_AWAY,
        "api-server-away": api_server.AWAY,
        "replica-cut": wires.CUT,
        "replicas-cut": wires.CUT,
    }

    assert not [name for name, seconds in lasting.items() if DRILLS[name].within <= seconds]
