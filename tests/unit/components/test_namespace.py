from components.namespace import Namespace
from tests.unit.engine import Deploy


def test_a_namespace_denies_all_traffic_until_a_path_is_opened(deploy: Deploy) -> None:
    made = deploy(lambda: Namespace("fraud"))

    spec = made["NetworkPolicy", "fraud-deny"]["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_only_dns_is_open_from_the_start(deploy: Deploy) -> None:
    made = deploy(lambda: Namespace("fraud"))

    (rule,) = made["NetworkPolicy", "fraud-dns"]["spec"]["egress"]
    assert {(port["protocol"], port["port"]) for port in rule["ports"]} == {
        ("UDP", 53),
        ("TCP", 53),
    }
    assert rule["to"][0]["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}


def test_the_api_server_refuses_privileged_pods_in_it(deploy: Deploy) -> None:
    made = deploy(lambda: Namespace("fraud"))

    labels = made["Namespace", "fraud"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_quota_binds_requests_and_memory_but_no_cpu_limit(deploy: Deploy) -> None:
    made = deploy(lambda: Namespace("fraud", cpu="2", memory="3Gi"))

    hard = made["ResourceQuota", "fraud"]["spec"]["hard"]
    assert hard["requests.cpu"] == "2"
    assert hard["limits.memory"] == "3Gi"
    assert "limits.cpu" not in hard


def test_a_container_that_asks_for_nothing_gets_a_memory_limit(deploy: Deploy) -> None:
    made = deploy(lambda: Namespace("fraud"))

    (limit,) = made["LimitRange", "fraud"]["spec"]["limits"]
    assert limit["default"] == {"memory": "256Mi"}


def test_its_children_live_in_it(deploy: Deploy) -> None:
    made = deploy(lambda: Namespace("fraud"))

    namespaced = [inputs for (kind, _), inputs in made.items() if kind.endswith("Policy")]
    assert {inputs["metadata"]["namespace"] for inputs in namespaced} == {"fraud"}
