import pytest

from local.cluster.layout import HOST_ADDRESS, MOST_CLUSTERS, Cluster
from tests.load import ours

FOREIGN = {"example.org": ["93.184.215.14"], "mixed.org": ["10.77.0.2", "8.8.8.8"]}


def names(host: str) -> list[str]:
    return FOREIGN.get(host) or {"localhost": ["127.0.0.1", "::1"]}.get(host) or [host]


@pytest.mark.parametrize("cluster", [Cluster("c", i) for i in range(MOST_CLUSTERS)], ids=str)
def test_every_address_of_the_local_engine_is_ours(cluster: Cluster) -> None:
    ranges = (cluster.node_range, cluster.pod_range, cluster.service_range)
    addresses = [HOST_ADDRESS, *(text.replace("0/", "9/").partition("/")[0] for text in ranges)]

    assert [ours.strangers(f"http://{one}:30080/v1", names) for one in addresses] == [[]] * 4


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://[::1]:80", "https://127.3.2.1"])
def test_this_machine_is_ours(url: str) -> None:
    assert ours.strangers(url, names) == []


@pytest.mark.parametrize(
    "address", ["10.75.255.255", "10.78.0.1", "10.79.0.1", "10.112.0.1", "192.168.1.1", "8.8.8.8"]
)
def test_an_address_beside_the_plan_is_not_ours(address: str) -> None:
    assert ours.strangers(f"http://{address}", names) == [address]


def test_a_name_is_judged_by_all_addresses_behind_it() -> None:
    assert ours.strangers("https://mixed.org", names) == ["8.8.8.8"]


def test_a_name_that_looks_like_ours_but_leads_elsewhere_is_refused() -> None:
    with pytest.raises(ours.NotOursError, match="set ALLOW_REMOTE=1"):
        ours.require("http://localhost.evil", {}, lambda _: ["203.0.113.9"])


def test_an_address_of_ours_in_the_name_or_user_of_a_url_proves_nothing() -> None:
    assert ours.strangers("http://10.77.0.2@example.org/", names) == FOREIGN["example.org"]


def test_v4_addresses_written_as_v6_are_judged_as_what_they_are() -> None:
    assert ours.strangers("http://x", lambda _: ["::ffff:10.77.0.2"]) == []
    assert ours.strangers("http://x", lambda _: ["::ffff:8.8.8.8"]) == ["::ffff:8.8.8.8"]


def test_another_target_needs_to_be_allowed_by_exactly_one_word() -> None:
    ours.require("https://example.org", {"ALLOW_REMOTE": "1"}, names)

    for other in ("", "0", "yes", "true"):
        with pytest.raises(ours.NotOursError, match=r"93\.184\.215\.14"):
            ours.require("https://example.org", {"ALLOW_REMOTE": other}, names)


@pytest.mark.parametrize("url", ["10.77.0.2:30080", "ftp://10.77.0.2", "http://", ""])
def test_what_is_no_url_is_refused_even_when_remote_targets_are_allowed(url: str) -> None:
    with pytest.raises(ours.NotOursError, match="no URL"):
        ours.require(url, {"ALLOW_REMOTE": "1"}, names)
