"""`edge`: the witness and the edge, made whole; and their end."""

import shutil
import time
from collections.abc import Sequence

from local import host, tools
from local.cluster import checks, marks, recovery, supervisor
from local.cluster.lock import alone
from local.edge import place, proxy, witness
from local.progress import Progress

STEPS = {"network": 1, "witness": 5, "edge": 20}
"""Seconds on 2 cores; the edge's are for fetching HAProxy, once."""


def up(regions: Sequence[str]) -> None:
    """Start both, or repair them; without regions, the edge knows those that it knew before."""
    told = dict(map(proxy.region, regions))
    checks.alone()
    with alone():
        began = time.monotonic()
        recovery.recover()
        host.install("iproute2", "util-linux")
        tools.build("etcd", "kubernetes")
        step = Progress(STEPS).step
        with step("network"):
            place.HOME.mkdir(parents=True, exist_ok=True)
            place.HOME.chmod(0o700)
            place.connect()
            supervisor.ensure()
        with step("witness"):
            programs = [witness.program(tools.TOOLS["kubernetes"].version)]
            with_edge = bool(told) or proxy.CONFIG.exists()
            if with_edge:
                programs.append(proxy.program(told or known()))
            supervisor.declare(programs)
            supervisor.start(programs)
            witness.close()
        with step("edge"):
            if with_edge:
                proxy.wait()
    print(f"edge is up in {time.monotonic() - began:.1f} s: {proxy.URL}, witness {witness.URL}")


def known() -> dict[str, str]:
    """The regions that the edge was told of last."""
    lines = proxy.CONFIG.read_text().splitlines() if proxy.CONFIG.exists() else []
    servers = (line.split() for line in lines if line.startswith("    server "))
    return {name: at for _, name, at in servers}


def exists() -> bool:
    """Whether there is anything of them."""
    return place.HOME.exists()


def down() -> None:
    """End both and forget what they kept, the declared writer too."""
    supervisor.let_go([place.GROUP])
    marks.end(*marks.marked(place.GROUP))
    supervisor.forget([place.GROUP])
    place.disconnect()
    shutil.rmtree(place.HOME, ignore_errors=True)
    print("edge is down", flush=True)
