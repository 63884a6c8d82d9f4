import subprocess
from pathlib import Path

from tests.e2e import timeouts
from tests.e2e.stack import environment


class KubectlError(AssertionError):
    """What kubectl had to say when it failed."""


def kubectl(kubeconfig: Path, *arguments: str, given: str = "") -> str:
    """What kubectl prints."""
    done = subprocess.run(
        ["kubectl", f"--kubeconfig={kubeconfig}", *arguments],
        env=environment(),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeouts.COMMAND,
    )
    if done.returncode:
        raise KubectlError(f"kubectl {' '.join(arguments[:4])} …: {done.stderr.strip()}")
    return done.stdout
