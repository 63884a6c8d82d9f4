"""Load goes to machines of ours. Anything else has to be asked for by name: ALLOW_REMOTE=1."""

import ipaddress
import os
import socket
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from local.cluster.network import REACHABLE

LOOPBACK = ("127.0.0.0/8", "::1/128")
OURS = tuple(map(ipaddress.ip_network, (*LOOPBACK, *REACHABLE)))
"""This machine, and what the local engine's network plan hands out."""
Resolve = Callable[[str], list[str]]


class NotOursError(Exception):
    """Load was to be sent to a machine that is not ours, in one line."""


def resolved(host: str) -> list[str]:
    """The addresses that a client would connect to."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotOursError(f"{host} has no address: {error}; check the URL") from None
    return sorted({str(address[0]) for *_, address in found})


def strangers(url: str, resolve: Resolve = resolved) -> list[str]:
    """The addresses of a URL that are not ours. A name proves nothing, so all of them count."""
    host = urlsplit(url).hostname
    if not host or urlsplit(url).scheme not in {"http", "https"}:
        raise NotOursError(f"{url!r} is no URL to send load to; allowed: http(s)://host[:port]")
    return [address for address in resolve(host) if not _ours(address)]


def require(
    url: str, environment: Mapping[str, str] = os.environ, resolve: Resolve = resolved
) -> None:
    """Nothing if the target is ours or was allowed; otherwise the reason to stop."""
    foreign = strangers(url, resolve)
    if foreign and environment.get("ALLOW_REMOTE") != "1":
        raise NotOursError(
            f"{url} is {', '.join(foreign)}: neither this machine nor the local engine's"
            f" ({', '.join(REACHABLE)}); set ALLOW_REMOTE=1 to send it load all the same"
        )


def _ours(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in OURS)
