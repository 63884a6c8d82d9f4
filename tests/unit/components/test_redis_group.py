"""Three instances with a sentinel each, as they are asked of Kubernetes."""

import pulumi
import pytest

from app.adapters import redis_primary
from components import redis_group
from components.fraud_service import FraudService
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.redis import Redis
from components.secrets import Secrets
from tests.unit.engine import Deploy, Inputs, Made, secret_files
from tests.unit.verdict import verdict

IMAGE = "registry/bulwark/fraud:1@sha256:" + "0" * 64
MEMBERS = ["features-0", "features-1", "features-2"]
HOSTS = [f"{member}.fraud.svc" for member in MEMBERS]


def group(deploy: Deploy, *, instances: int = 3) -> Made:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        Redis("features", namespace="fraud", secrets=secrets, instances=instances)

    return deploy(program)


def containers(made: Made) -> dict[str, Inputs]:
    pod = made["StatefulSet", "features"]["spec"]["template"]["spec"]
    return {each["name"]: each for each in pod["containers"]}


def test_each_of_three_pods_has_a_sentinel_beside_it(deploy: Deploy) -> None:
    made = group(deploy)

    assert made["StatefulSet", "features"]["spec"]["replicas"] == 3
    assert list(containers(made)) == ["valkey", "sentinel"]
    for name, each in containers(made).items():
        assert each["command"][:2] == ["sh", "-c"]
        # A short name would be the pod's own address: Kubernetes writes it into its hosts file.
        assert each["command"][3:] == [name, *HOSTS]


def test_a_lost_one_keeps_no_other_from_starting(deploy: Deploy) -> None:
    assert group(deploy)["StatefulSet", "features"]["spec"]["podManagementPolicy"] == "Parallel"


def test_every_pod_has_an_address_that_outlives_it_and_is_found_before_it_is_ready(
    deploy: Deploy,
) -> None:
    made = group(deploy)

    for member in MEMBERS:
        spec = made["Service", member]["spec"]
        assert spec["selector"]["statefulset.kubernetes.io/pod-name"] == member
        assert spec["publishNotReadyAddresses"] is True
        assert [port["port"] for port in spec["ports"]] == [6379, 26379]


def test_the_instances_reach_each_other_on_both_ports_and_nothing_else(deploy: Deploy) -> None:
    made = group(deploy)

    ours = {name: each["spec"] for (kind, name), each in made.items() if kind == "NetworkPolicy"}
    (leave,) = ours["features-to-features"]["egress"]
    (enter,) = ours["features-from-features"]["ingress"]
    labels = ours["features-to-features"]["podSelector"]["matchLabels"]
    assert leave["ports"] == enter["ports"]
    assert [port["port"] for port in leave["ports"]] == [6379, 26379]
    assert leave["to"][0]["podSelector"]["matchLabels"] == labels
    assert enter["from"][0]["podSelector"]["matchLabels"] == labels
    assert {name for name in ours if "features" in name} == {
        "features-to-features",
        "features-from-features",
    }


def test_a_drain_takes_one_at_a_time_and_nodes_have_one_each(deploy: Deploy) -> None:
    made = group(deploy)

    budget = made["PodDisruptionBudget", "features"]["spec"]
    workload = made["StatefulSet", "features"]["spec"]
    labels = workload["template"]["metadata"]["labels"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    keys = [
        each["topologyKey"] for each in workload["template"]["spec"]["topologySpreadConstraints"]
    ]
    assert keys[0] == "kubernetes.io/hostname"


def test_passwords_are_in_files_that_the_cluster_writes_and_nowhere_else(deploy: Deploy) -> None:
    made = group(deploy)

    files = made["ExternalSecret", "features-group"]["spec"]["target"]["template"]["data"]
    for setting in ("requirepass", "sentinel sentinel-pass", "sentinel auth-pass redis"):
        assert f"{setting} {{{{ .password }}}}\n" in files["sentinel.conf"]
    for setting in ("requirepass", "masterauth"):
        assert f"{setting} {{{{ .password }}}}\n" in files["redis.conf"]
    pod = made["StatefulSet", "features"]["spec"]["template"]["spec"]
    assert {key for _, key in secret_files(pod).values()} == files.keys()
    assert not any("env" in each for each in pod["containers"])


def test_what_a_sentinel_writes_down_is_on_no_disk(deploy: Deploy) -> None:
    made = group(deploy)

    pod = made["StatefulSet", "features"]["spec"]["template"]["spec"]
    (state,) = (each for each in pod["volumes"] if each["name"] == "sentinel")
    assert state["emptyDir"]["medium"] == "Memory"
    (mount,) = (
        each for each in containers(made)["sentinel"]["volumeMounts"] if each["name"] == "sentinel"
    )
    assert redis_group.START.read_text().count(f"state={mount['mountPath']}/") == 1


def test_a_primary_that_is_cut_off_stops_before_another_one_takes_payments(deploy: Deploy) -> None:
    made = group(deploy)

    files = made["ExternalSecret", "features-group"]["spec"]["target"]["template"]["data"]
    told = dict(line.rsplit(" ", 1) for line in "\n".join(files.values()).splitlines() if line)
    assert told["min-replicas-to-write"] == "1"
    stops = int(told["min-replicas-max-lag"])
    assert stops * 1000 <= int(told["sentinel down-after-milliseconds redis"])
    assert stops < redis_primary.CUT_OFF_SECONDS, "the clocks' second is not counted"


def test_the_service_and_its_sentinels_mean_the_same_group() -> None:
    assert redis_primary.GROUP == redis_group.GROUP
    assert f"monitor {redis_group.GROUP} " in redis_group.START.read_text()


def test_both_containers_are_asked_at_their_door_once_they_have_started(deploy: Deploy) -> None:
    for each in containers(group(deploy)).values():
        for probe in ("readinessProbe", "livenessProbe"):
            assert each[probe]["tcpSocket"]["port"] == each["ports"][0]["containerPort"]


def test_both_containers_are_hardened(deploy: Deploy) -> None:
    made = group(deploy)

    assert verdict(made) == verdict(group(deploy, instances=1))
    for each in containers(made).values():
        assert each["securityContext"]["readOnlyRootFilesystem"] is True
        assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("instances", [0, 2, 5])
def test_a_number_that_protects_nothing_is_refused(deploy: Deploy, instances: int) -> None:
    with pytest.raises(
        pulumi.RunError, match=f"^Redis features has {instances} instances, allowed: 1 or 3$"
    ):
        group(deploy, instances=instances)


@pytest.mark.parametrize("instances", [1, 3])
def test_the_service_is_told_of_sentinels_where_its_cache_has_some(
    deploy: Deploy, instances: int
) -> None:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        operator = PostgresOperator("cloudnative-pg")
        FraudService(
            "scoring",
            namespace="fraud",
            image=IMAGE,
            ledger=Postgres("ledger", namespace="fraud", operator=operator, secrets=secrets),
            cache=Redis("features", namespace="fraud", secrets=secrets, instances=instances),
            secrets=secrets,
            address="node",
        )

    made = deploy(program)

    (api,) = made["Deployment", "scoring"]["spec"]["template"]["spec"]["containers"]
    told = {entry["name"]: entry["value"] for entry in api["env"]}
    path = made["NetworkPolicy", "scoring-to-features"]["spec"]["egress"][0]["ports"]
    if instances == 1:
        assert "FRAUD_REDIS_SENTINELS" not in told
        assert [port["port"] for port in path] == [6379]
    else:
        asked = [f"{host}:26379" for host in HOSTS]
        assert told["FRAUD_REDIS_SENTINELS"] == ",".join(asked)
        assert [port["port"] for port in path] == [6379, 26379]
