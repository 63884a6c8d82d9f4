"""Has the curve drawn by the environment that has what draws."""

import subprocess
from pathlib import Path

from tests.load.generators import ROOT

PYTHON = ROOT / ".venv-load" / "bin" / "python"


def picture(result: Path, file: Path) -> Path:
    """Draw a result of `make load` into a file."""
    subprocess.run([PYTHON, "-m", "tests.load.curve", result, file], cwd=ROOT, check=True)
    return file
