"""The witness and the edge, as far as they are data."""

from pathlib import Path

import pytest

from local.cluster import roster
from local.edge import place, proxy, raising, witness
from local.errors import EngineError

REGIONS = {"west": "10.77.1.2:31000", "east": "10.77.0.2:30080"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(place, "HOME", tmp_path)
    monkeypatch.setattr(proxy, "CONFIG", tmp_path / "haproxy.cfg")
    return tmp_path


def test_the_edge_asks_every_region_whether_it_may_acknowledge() -> None:
    lines = [line.strip() for line in proxy.configuration(REGIONS).splitlines()]

    assert "option httpchk GET /leadz" in lines
    assert [line for line in lines if line.startswith("server ")] == [
        "server east 10.77.0.2:30080",
        "server west 10.77.1.2:31000",
    ]


def test_without_a_region_that_acknowledges_clients_are_told_to_come_again() -> None:
    (refusal,) = (line for line in proxy.configuration(REGIONS).splitlines() if "503" in line)

    assert refusal.endswith("hdr Retry-After 1")
    assert "nothing was acknowledged" in refusal


def test_the_regions_that_it_was_told_of_are_remembered(home: Path) -> None:
    assert raising.known() == {}
    (home / "haproxy.cfg").write_text(proxy.configuration(REGIONS))

    assert raising.known() == REGIONS


def test_a_region_is_a_name_and_where_it_listens() -> None:
    assert proxy.region("east-1=10.77.0.2:30080") == ("east-1", "10.77.0.2:30080")


@pytest.mark.parametrize("text", ["east", "east=", "=a:1", "east=a", "east=a:b", "ea st=a:1"])
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(EngineError, match="allowed: NAME=HOST:PORT"):
        proxy.region(text)


def test_the_witness_is_closed_to_the_network_but_over_tls(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = home / "server"
    server.with_suffix(".crt").write_text("its certificate")
    monkeypatch.setattr(witness, "binary", lambda name: Path("/tools") / name)
    monkeypatch.setattr(witness, "_certificate", lambda _: server)

    command = witness.program("v1.36.3").command

    assert f"--listen-client-urls=https://{place.ADDRESS}:2379" in command
    assert f"--cert-file={server}.crt" in command
    assert "--listen-peer-urls=http://127.0.0.1:2380" in command
    assert not any("unsafe" in word for word in command)


def test_no_cluster_can_take_the_name_of_the_edge() -> None:
    with pytest.raises(EngineError, match="'edge' is no cluster's name"):
        roster.planned("edge", None)
