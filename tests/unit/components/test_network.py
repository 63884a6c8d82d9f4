from components.component import Component
from components.network import Endpoint, Pods, open_path, open_to_everyone
from tests.unit.engine import Deploy

CLIENT = Pods(name="shop", namespace="front", labels={"app": "shop"})
SERVER = Endpoint(name="ledger", namespace="back", labels={"app": "ledger"}, ports=(5432,))


class Owner(Component):
    """Whoever was passed the other part."""

    def __init__(self) -> None:
        super().__init__("owner", "front", None)


def test_a_path_opens_the_clients_way_out_and_the_servers_way_in(deploy: Deploy) -> None:
    made = deploy(lambda: open_path(Owner(), CLIENT, SERVER))

    way_out, way_in = (
        made["NetworkPolicy", "shop-to-ledger"],
        made["NetworkPolicy", "ledger-from-shop"],
    )
    assert way_out["metadata"]["namespace"] == "front"
    assert way_out["spec"]["podSelector"]["matchLabels"] == {"app": "shop"}
    assert way_out["spec"]["policyTypes"] == ["Egress"]
    assert way_in["metadata"]["namespace"] == "back"
    assert way_in["spec"]["podSelector"]["matchLabels"] == {"app": "ledger"}
    assert way_in["spec"]["policyTypes"] == ["Ingress"]


def test_a_path_leads_to_one_kind_of_pod_on_one_port(deploy: Deploy) -> None:
    made = deploy(lambda: open_path(Owner(), CLIENT, SERVER))

    (rule,) = made["NetworkPolicy", "shop-to-ledger"]["spec"]["egress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 5432}]
    (peer,) = rule["to"]
    assert peer["podSelector"]["matchLabels"] == {"app": "ledger"}
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "back"}


def test_a_front_door_lets_anyone_in_on_its_port_only(deploy: Deploy) -> None:
    made = deploy(lambda: open_to_everyone(Owner(), SERVER))

    (rule,) = made["NetworkPolicy", "ledger-from-everyone"]["spec"]["ingress"]
    assert rule == {"ports": [{"protocol": "TCP", "port": 5432}]}
