"""The edge: HAProxy from Debian, which sends clients to the region that holds the lease.

It asks each region itself and keeps no state: what it does can not differ from who may acknowledge.
"""

from collections.abc import Mapping
from pathlib import Path

from local import paths
from local.cluster import health
from local.cluster.files import write
from local.cluster.program import Program, in_network
from local.edge.place import ADDRESS, GROUP, HOME, NETWORK
from local.errors import EngineError
from local.images import apt

PORT = 8080
URL = f"http://{ADDRESS}:{PORT}"
CONFIG = HOME / "haproxy.cfg"
JAIL = HOME / "empty"
NOBODY = 65534

Regions = Mapping[str, str]
"""Where each region's service listens: name → host:port."""


def program(regions: Regions) -> Program:
    """What the supervisor runs. It gives up root and its view of the disk once it listens."""
    JAIL.mkdir(parents=True, exist_ok=True)
    config = write(CONFIG, configuration(regions))
    root = unpacked()
    (loader,) = (root / "usr").glob("lib*/ld-linux*")
    libraries = ":".join(str(path) for path in sorted((root / "usr/lib").glob("*-linux-gnu")))
    run = ("--library-path", libraries, str(root / "usr/sbin/haproxy"))
    return Program(
        group=GROUP,
        name="haproxy",
        command=(*in_network(NETWORK, loader, {}, *run), "-db", "-f", str(config)),
        reads=(config,),
    )


def unpacked() -> Path:
    """Debian's HAProxy with all that it loads, in a folder of the cache; nothing is installed."""
    root = paths.CACHE / "debian" / "haproxy"
    done = root / "versions"
    if not done.exists():
        versions = apt.resolved(("haproxy",))
        for deb in apt.fetched(versions):
            apt.unpack(deb, root)
        write(done, "\n".join(f"{name} {version}" for name, version in versions.items()))
    return root


def configuration(regions: Regions) -> str:
    """A region is asked twice a second whether it may acknowledge; it is left after two noes."""
    servers = "\n".join(f"    server {name} {at}" for name, at in sorted(regions.items()))
    refusal = (
        '{"error": "unavailable", "detail": "nothing was acknowledged: no region acknowledges now"}'
    ).replace('"', '\\"')
    return f"""\
global
    maxconn 2000
    uid {NOBODY}
    gid {NOBODY}
    chroot {JAIL}

defaults
    mode http
    option redispatch
    retries 1
    timeout connect 1s
    timeout client 75s
    timeout server 15s
    timeout check 1s
    http-error status 503 content-type application/json string "{refusal}" hdr Retry-After 1

frontend edge
    bind {ADDRESS}:{PORT}
    default_backend regions

backend regions
    option httpchk GET /leadz
    http-check expect status 200
    default-server check inter 500ms rise 1 fall 2 on-marked-down shutdown-sessions
{servers}
"""


def wait() -> None:
    """Until it listens."""
    health.wait_port(ADDRESS, PORT, part=f"{GROUP}:haproxy")


def region(text: str) -> tuple[str, str]:
    """`east=10.77.0.2:30080` as a name and where it listens."""
    name, equals, at = text.partition("=")
    host, colon, port = at.rpartition(":")
    if not (name.replace("-", "").isalnum() and equals and host and colon and port.isdigit()):
        raise EngineError(f"region {text!r} is not possible; allowed: NAME=HOST:PORT")
    return name, at
