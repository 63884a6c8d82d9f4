"""The cache: closed, and written down."""

from tests.e2e import pods, timeouts
from tests.e2e.parts import REDIS, SENTINEL_PORT, ask_redis, redis_primary
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


def test_one_takes_writes_and_every_other_has_what_it_took(stack: RunningStack) -> None:
    primary, name = redis_primary(stack), "test:replicated"
    others = [it for it in REDIS.pods(stack) if it.metadata.name != primary.metadata.name]

    assert ask_redis(stack, primary, "set", name, "x", "ex", "600").strip() == "OK"
    # All of them, within that time: as many as the answer says have it.
    patience = str(1000 * timeouts.REQUEST)
    assert int(ask_redis(stack, primary, "wait", str(len(others)), patience)) == len(others)
    assert [ask_redis(stack, it, "get", name).strip() for it in others] == ["x"] * len(others)
    assert all("READONLY" in ask_redis(stack, it, "del", name) for it in others)


def test_the_sentinels_of_several_know_of_each_other_and_of_every_replica(
    stack: RunningStack,
) -> None:
    found = REDIS.pods(stack)
    if len(found) == 1:
        assert len(found[0].spec.containers) == 1, "one alone has nobody to agree with"
        return

    services = stack.core.list_namespaced_service(stack.namespace).items
    fixed = {it.spec.cluster_ip for it in services}

    def said(pod: pods.Pod) -> list[str]:
        return ask_redis(stack, pod, "sentinel", "master", "redis", port=SENTINEL_PORT).split()

    for pod in found:
        words = said(pod)
        assert words[words.index("ip") + 1] in fixed, "an address that goes with its pod"
        known = {key: int(words[words.index(key) + 1]) for key in ("num-slaves", "quorum")}
        assert known == {"num-slaves": len(found) - 1, "quorum": 2}
        assert int(words[words.index("num-other-sentinels") + 1]) == len(found) - 1
