import json
import os
import shutil
import socket
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cluster import checks, marks
from local.cluster.layout import Cluster
from local.errors import EngineError

PRIMARY = Cluster("primary", 0)
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil's

Answers = Callable[..., None]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """A machine with these routes and addresses."""

    def has(
        *, routes: tuple[tuple[str, str], ...] = (), held: tuple[tuple[str, str], ...] = ()
    ) -> None:
        shown: dict[str, list[dict[str, Any]]] = {
            "route": [{"dst": network, "dev": link} for network, link in routes],
            "address": [
                {"ifname": link, "addr_info": [{"local": address}]} for address, link in held
            ],
        }
        monkeypatch.setattr(checks, "run", lambda *command: json.dumps(shown[command[3]]))

    return has


def test_who_is_not_root_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(EngineError, match="not root"):
        checks.root()


def test_a_short_disk_is_told_with_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checks, "STATE", tmp_path / "not" / "yet")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 1_500_000_000))

    with pytest.raises(EngineError, match=r"has 1\.5 GB free, a cluster needs 6 GB"):
        checks.disk()


@pytest.mark.parametrize("taken", ["10.77.0.0/24", "10.80.4.0/24", "10.96.0.0/16", "10.76.0.1"])
def test_a_route_within_our_ranges_is_named(machine: Answers, taken: str) -> None:
    machine(routes=((taken, "tun0"),))

    with pytest.raises(EngineError, match=r"of primary are taken: .* is on tun0"):
        checks.addresses(PRIMARY)


def test_an_address_within_our_ranges_is_named(machine: Answers) -> None:
    machine(held=(("10.80.0.9", "eth1"),))

    with pytest.raises(EngineError, match=r"taken: 10\.80\.0\.9/32 is on eth1"):
        checks.addresses(PRIMARY)


def test_our_own_links_and_wider_routes_are_no_conflict(machine: Answers) -> None:
    machine(
        routes=(("default", "eth0"), ("10.0.0.0/8", "tun0"), ("10.77.0.0/24", "bw-0")),
        held=(("10.77.0.1", "bw-0"), ("192.0.2.2", "eth0")),
    )

    checks.addresses(PRIMARY)


def test_a_range_of_another_cluster_may_be_taken(machine: Answers) -> None:
    machine(routes=(("10.77.1.0/24", "tun0"),))

    checks.addresses(PRIMARY)
    with pytest.raises(EngineError, match="standby"):
        checks.addresses(Cluster("standby", 1))


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port of loopback that something listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        monkeypatch.setattr(checks, "HOST_ADDRESS", "127.0.0.1")
        monkeypatch.setattr(checks, "REGISTRY_PORT", number)
        yield number


def test_a_taken_registry_port_is_told_with_how_to_find_by_whom(port: int) -> None:
    with pytest.raises(EngineError, match=rf"port {port} of 127\.0\.0\.1 is taken .*ss -ltnp"):
        checks.registry_port()


def test_another_engine_on_the_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "strangers", lambda: {"/srv/other"})

    with pytest.raises(EngineError, match="BULWARK_STATE=/srv/other python -m local down all"):
        checks.alone()
