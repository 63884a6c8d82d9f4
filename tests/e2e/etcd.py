"""What etcd really holds under a key, read past the API server with the API server's own identity.

Run as a program it prints the value; the tests start it inside the control plane's network.
"""

import base64
import json
import ssl
import subprocess
import sys
import urllib.request

from tests.e2e import timeouts
from tests.e2e.processes import PROC
from tests.e2e.stack import ROOT
from tests.e2e.supervised import api_server


def raw(key: str) -> bytes:
    """The stored bytes."""
    server = api_server()
    flags = [
        str(server.flag(f"etcd-{name}")) for name in ("servers", "cafile", "certfile", "keyfile")
    ]
    network = PROC / str(server.pid) / "ns" / "net"
    done = subprocess.run(
        ["nsenter", f"--net={network}", sys.executable, "-m", __name__, key, *flags],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=timeouts.COMMAND,
    )
    return done.stdout


def main(key: str, url: str, authority: str, certificate: str, private_key: str) -> None:
    """Ask etcd's gateway for one key."""
    context = ssl.create_default_context(cafile=authority)
    context.load_cert_chain(certificate, private_key)
    asked = json.dumps({"key": base64.b64encode(key.encode()).decode()}).encode()
    request = urllib.request.Request(f"{url}/v3/kv/range", data=asked)  # noqa: S310 (etcd is https)
    with urllib.request.urlopen(request, context=context, timeout=timeouts.REQUEST) as answer:  # noqa: S310 (the same)
        found = json.load(answer)["kvs"][0]["value"]
    sys.stdout.buffer.write(base64.b64decode(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
