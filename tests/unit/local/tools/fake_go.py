"""Stands in for `go`: the same questions, answered from the folder that it lies in."""

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE_SECONDS = 60
"""A test that forgets to let go ends all the same."""
SETTINGS = json.loads((HERE / "settings.json").read_text())


def main(verb: str, *arguments: str) -> int:
    if verb == "env":
        print(SETTINGS["version"])
    elif verb == "mod":
        print(json.dumps(SETTINGS["modules"][arguments[-1].partition("@")[0]]))
    elif verb == "build":
        return build(*arguments)
    return 0


def build(*arguments: str) -> int:
    with (HERE / "builds").open("a") as log:
        print(*arguments, file=log)
    after_output = arguments.index("-o") + 1
    target, packages = arguments[after_output], arguments[after_output + 1 :]
    for package in packages:
        name = package.rpartition("/")[2]
        program = Path(target) / name if target.endswith("/") else Path(target)
        program.write_text(f"built from {package}")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (HERE / "hold").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    if SETTINGS["failure"]:
        print(*SETTINGS["failure"], sep="\n")
        return 1
    return 0


sys.exit(main(*sys.argv[1:]))
