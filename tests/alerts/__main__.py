"""`make alerts`: every alert rule against its cases, by Prometheus' own promtool."""

import subprocess
import sys
from pathlib import Path

from local import paths
from local.errors import EngineError
from local.images import apt

HERE = Path(__file__).parent
PACKAGE = "promtool"
PROGRAM = "usr/bin/promtool"


def promtool() -> Path:
    """Debian's, unpacked beside the other tools; nothing is installed."""
    version = apt.resolved((PACKAGE,))[PACKAGE]
    root = paths.CACHE / "tools" / f"promtool-{version.replace(':', '_')}"
    if not (root / PROGRAM).exists():
        (package,) = apt.fetched({PACKAGE: version})
        apt.unpack(package, root)
    return root / PROGRAM


def main() -> int:
    """The exit code of promtool, which says what failed."""
    cases = sorted(HERE.glob("*.yaml"))
    return subprocess.run([promtool(), "test", "rules", *cases], check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
