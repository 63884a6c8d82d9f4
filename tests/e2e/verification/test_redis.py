"""The cache: closed, and written down."""

from tests.e2e import pods
from tests.e2e.parts import REDIS
from tests.e2e.stack import RunningStack

ASK = 'REDISCLI_AUTH="$(cat /run/secrets/redis/password)" valkey-cli '


def test_it_demands_its_password(stack: RunningStack) -> None:
    inside = pods.inside(stack, REDIS.pods(stack)[0], REDIS.container)

    assert inside.check_output("valkey-cli ping").startswith("NOAUTH")
    assert inside.check_output(ASK + "ping") == "PONG"


def test_it_writes_every_second_to_its_disk(stack: RunningStack) -> None:
    inside = pods.inside(stack, REDIS.pods(stack)[0], REDIS.container)

    def setting(name: str) -> str:
        return str(inside.check_output(ASK + f"config get {name}").splitlines()[1])

    assert setting("appendonly") == "yes"
    assert setting("appendfsync") in {"everysec", "always"}
    assert setting("maxmemory-policy") == "noeviction"


def test_its_log_lies_on_a_claimed_volume(stack: RunningStack) -> None:
    pod = REDIS.pods(stack)[0]
    inside = pods.inside(stack, pod, REDIS.container)

    assert inside.file("/data").is_directory
    assert inside.mount_point("/data").exists
    assert any(v.persistent_volume_claim for v in pod.spec.volumes)
