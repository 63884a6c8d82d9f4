from components.redis import Redis
from components.secrets import Secrets
from tests.unit.engine import Deploy, Made, secret_files


def redis(deploy: Deploy, *, memory_mib: int = 256) -> Made:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        Redis("features", namespace="fraud", secrets=secrets, memory_mib=memory_mib)

    return deploy(program)


def test_the_password_is_mounted_as_a_file_and_appears_in_no_argument(deploy: Deploy) -> None:
    made = redis(deploy)

    pod = made["StatefulSet", "features"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert "requirepass" not in str(container)
    assert "env" not in container
    assert secret_files(pod) == {
        "password": ("features-password", "password"),
        "redis.conf": ("features-password", "redis.conf"),
    }


def test_the_cluster_makes_the_password_and_writes_it_into_the_configuration(
    deploy: Deploy,
) -> None:
    made = redis(deploy)

    spec = made["ExternalSecret", "features-password"]["spec"]
    assert spec["dataFrom"][0]["sourceRef"]["generatorRef"]["kind"] == "Password"
    assert "requirepass {{ .password }}" in spec["target"]["template"]["data"]["redis.conf"]


def test_writes_survive_a_restart(deploy: Deploy) -> None:
    made = redis(deploy)

    data = made["ExternalSecret", "features-password"]["spec"]["target"]["template"]["data"]
    assert "appendonly yes" in data["redis.conf"]
    (claim,) = made["StatefulSet", "features"]["spec"]["volumeClaimTemplates"]
    assert claim["metadata"]["name"] == "data"


def test_clients_find_it_while_it_still_loads_its_file(deploy: Deploy) -> None:
    made = redis(deploy)

    assert made["Service", "features"]["spec"]["publishNotReadyAddresses"] is True


def test_it_refuses_writes_before_the_kernel_would_kill_it(deploy: Deploy) -> None:
    made = redis(deploy, memory_mib=400)

    data = made["ExternalSecret", "features-password"]["spec"]["target"]["template"]["data"]
    (container,) = made["StatefulSet", "features"]["spec"]["template"]["spec"]["containers"]
    assert "maxmemory 300mb" in data["redis.conf"]
    assert container["resources"]["limits"]["memory"] == "400Mi"


def test_its_pod_is_hardened(deploy: Deploy) -> None:
    made = redis(deploy)

    pod = made["StatefulSet", "features"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert "cpu" not in container["resources"]["limits"]
