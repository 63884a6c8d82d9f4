from typing import Any

import pytest

from policies.network import inhabited, lets_all_talk

DENY = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
INGRESS = "has no NetworkPolicy that denies Ingress to all its pods by default"
EGRESS = "has no NetworkPolicy that denies Egress to all its pods by default"


def test_one_policy_for_both_ways_passes_and_so_do_two_for_one_each() -> None:
    ingress: dict[str, Any] = {"podSelector": {}}  # Ingress is the type where none is given
    egress = {"podSelector": {}, "policyTypes": ["Egress"], "egress": []}

    assert not list(lets_all_talk({"policies": [DENY]}))
    assert not list(lets_all_talk({"policies": [ingress, egress]}))


@pytest.mark.parametrize(
    ("policies", "complaints"),
    [
        ([], [INGRESS, EGRESS]),
        ([{"podSelector": {}, "policyTypes": ["Ingress"]}], [EGRESS]),
        ([{**DENY, "podSelector": {"matchLabels": {"app": "api"}}}], [INGRESS, EGRESS]),
        ([{**DENY, "egress": [{}]}], [EGRESS]),
    ],
    ids=["none", "one way", "some pods", "all let out"],
)
def test_a_way_left_open_is_named(policies: list[Any], complaints: list[str]) -> None:
    assert list(lets_all_talk({"policies": policies})) == complaints


def test_namespaces_are_judged_where_pods_live_with_the_policies_of_their_own() -> None:
    job = {"kind": "Job", "metadata": {"namespace": "fraud"}}
    deny = {"kind": "NetworkPolicy", "metadata": {"namespace": "fraud"}, "spec": DENY}
    elsewhere = {"kind": "NetworkPolicy", "metadata": {}, "spec": DENY}
    postgres = {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"namespace": "x"},
    }
    home = {"kind": "Namespace", "metadata": {"name": "fraud"}}
    empty = {"kind": "Namespace", "metadata": {"name": "empty"}}

    seen = {each.where: each for each in inhabited((home, empty, job, deny, elsewhere, postgres))}

    assert {where: each.body for where, each in seen.items()} == {
        "namespace fraud": {"policies": [DENY]},
        "namespace x": {"policies": []},
    }
    assert seen["namespace fraud"].owner is home
    assert seen["namespace x"].owner == {"kind": "Namespace", "metadata": {"name": "x"}}
