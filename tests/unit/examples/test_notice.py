from components.namespace import Namespace
from docs.examples.notice.notice import Notice
from tests.unit.engine import Deploy, Inputs, Made
from tests.unit.verdict import verdict


def notice(deploy: Deploy, *, text: str = "Back at noon.") -> Made:
    def program() -> None:
        home = Namespace("notice").name
        made = Notice("maintenance", namespace=home, text=text, address="node")
        made.url.apply(seen.append)

    seen: list[str] = []
    made = deploy(program)
    assert seen == ["http://node:30080"]
    return made


def pod_of(made: Made) -> Inputs:
    pod: Inputs = made["Deployment", "maintenance"]["spec"]["template"]["spec"]
    return pod


def test_its_pods_serve_the_text_as_a_page(deploy: Deploy) -> None:
    made = notice(deploy, text="Back at noon.")

    assert "Back at noon." in made["ConfigMap", "maintenance"]["data"]["index.html"]
    pod = pod_of(made)
    (container,) = pod["containers"]
    served = container["command"][container["command"].index("-h") + 1]
    (mount,) = (each for each in container["volumeMounts"] if each["mountPath"] == served)
    (volume,) = (each for each in pod["volumes"] if each["name"] == mount["name"])
    assert volume["configMap"] == {"name": "maintenance"}


def test_a_text_is_shown_and_never_run(deploy: Deploy) -> None:
    made = notice(deploy, text="<script>")

    assert "<script>" not in made["ConfigMap", "maintenance"]["data"]["index.html"]


def test_the_service_leads_to_its_pods_and_their_door_is_open(deploy: Deploy) -> None:
    made = notice(deploy)

    labels = made["Deployment", "maintenance"]["spec"]["template"]["metadata"]["labels"]
    service = made["Service", "maintenance"]["spec"]
    door = made["NetworkPolicy", "maintenance-from-everyone"]["spec"]
    (container,) = pod_of(made)["containers"]
    (port,) = (each["containerPort"] for each in container["ports"])
    assert service["selector"].items() <= labels.items()
    assert door["podSelector"]["matchLabels"].items() <= labels.items()
    assert [each["targetPort"] for each in service["ports"]] == [port]
    assert [each["port"] for each in door["ingress"][0]["ports"]] == [port]


def test_one_of_its_two_replicas_is_there_while_a_node_is_drained(deploy: Deploy) -> None:
    made = notice(deploy)

    workload, budget = made["Deployment", "maintenance"], made["PodDisruptionBudget", "maintenance"]
    assert workload["spec"]["replicas"] == 2
    assert budget["spec"]["maxUnavailable"] == 1
    assert budget["spec"]["selector"] == workload["spec"]["selector"]


def test_the_policies_find_nothing_wrong_with_it(deploy: Deploy) -> None:
    assert verdict(notice(deploy)) == []
