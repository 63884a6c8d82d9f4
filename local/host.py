"""Debian packages of the host, through apt-get and only when missing."""

import os
import shutil
import subprocess

from local.errors import EngineError


def install(*packages: str) -> None:
    """Install those that are missing; nothing is asked of apt when all are there."""
    missing = [package for package in packages if not installed(package)]
    if not missing:
        return
    wanted = " ".join(missing)
    if not shutil.which("apt-get"):
        raise EngineError(
            f"packages missing: {wanted}; this is no Debian-like machine, install them by hand"
        )
    if os.geteuid() != 0:
        raise EngineError(
            f"packages missing: {wanted}; not root, so run `sudo apt-get install {wanted}`"
        )
    print(f"installing {wanted}", flush=True)
    # The lists of a machine are often current: they are fetched only if the install fails.
    if _apt_get("install", *missing) is None:
        return
    _apt_get("update")
    failure = _apt_get("install", *missing)
    if failure is not None:
        raise EngineError(f"apt-get could not install {wanted}: {failure}")


def installed(package: str) -> bool:
    """Whether dpkg knows the package as installed."""
    if not shutil.which("dpkg-query"):
        return False
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.endswith(" ok installed")


def _apt_get(verb: str, *packages: str) -> str | None:
    """Run apt-get without questions; what it said last when it failed, or None."""
    done = subprocess.run(
        ["apt-get", verb, "-qq", "-y", "--no-install-recommends", *packages],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return None
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return said[-1] if said else f"exit {done.returncode}"
