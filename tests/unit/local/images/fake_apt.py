"""Stands for apt-get and dpkg-deb: its packages are the folders of a JSON file."""

import io
import json
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
STATE = json.loads((HERE / "packages.json").read_text())


def simulate(names: list[str]) -> None:
    """What an install would bring, dependencies first, as apt-get prints it."""
    told: list[str] = []

    def visit(name: str) -> None:
        if name in told:
            return
        for needed in STATE["packages"][name]["needs"]:
            visit(needed)
        told.append(name)

    for name in names:
        visit(name)
    for name in told:
        print(f"Inst {name} ({STATE['packages'][name]['version']} Debian:13/stable [amd64])")


def download(wanted: list[str]) -> None:
    """A plain tar in place of each package."""
    for name, version in (entry.split("=") for entry in wanted):
        path = Path(f"{name}_{version.replace(':', '%3a')}_amd64.deb")
        if name in STATE["interrupted"]:
            path.write_bytes(b"half")
            sys.exit(100)
        with tarfile.open(path, "w") as tar:
            for file, text in STATE["packages"][name]["files"].items():
                info = tarfile.TarInfo(f"./{file}")
                info.size = len(text)
                info.mtime = 1234567890
                tar.addfile(info, io.BytesIO(text.encode()))


def main() -> None:
    """Do what the real ones would for these arguments."""
    arguments = [a for a in sys.argv[1:] if a not in {"-q", "-c"} and not a.endswith("apt.conf")]
    with (HERE / "calls").open("a") as calls:
        print(*arguments, file=calls)
    verb, rest = arguments[0], arguments[1:]
    if verb in STATE["complaints"]:
        print("W: something\nE: " + STATE["complaints"][verb], file=sys.stderr)
        sys.exit(100)
    if verb == "indextargets":
        print("\n".join("\t".join(mirror) for mirror in STATE["mirrors"]))
    elif verb == "install":
        simulate([name for name in rest if not name.startswith("--")])
    elif verb == "download":
        download(rest)
    elif verb == "--fsys-tarfile":
        sys.stdout.buffer.write(Path(rest[0]).read_bytes())


main()
