"""Where the local engine keeps things. Nothing of it lies in the work tree.

The cache outlives `make down`: built tools, layers, the registry's blobs. The state does not.
"""

import os
from pathlib import Path

CACHE = Path(os.environ.get("BULWARK_CACHE") or Path.home() / ".cache" / "bulwark")
STATE = Path(os.environ.get("BULWARK_STATE") or "/var/lib/bulwark")

CLUSTERS = STATE / "clusters"
MANIFESTS = STATE / "manifests"
SUPERVISOR = STATE / "supervisor"
