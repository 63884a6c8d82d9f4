"""What `bucket_replication.sh` asks of rclone, over folders: a stand-in for unit tests.

The remotes `source:` and `copy:` are folders of the environment's BUCKETS. The real program's
answers are those that were seen of version 1.60.1.
"""

import json
import os
import shutil
import sys
from pathlib import Path


def main(verb: str, *arguments: str) -> int:
    """One command of rclone's; the exit code is its own."""
    at = [folder(each) for each in arguments if each.startswith(("source:", "copy:"))]
    missing = [each for each in at if not each.is_dir()]
    if missing:
        print(f"ERROR : {missing[0].name}: directory not found", file=sys.stderr)
        return 3
    if verb == "copy":
        assert "--ignore-existing" in arguments
        for name in objects(at[0]) - objects(at[1]):
            shutil.copy(at[0] / name, at[1] / name)
        return 0
    if verb == "check":
        found = sorted(compared(at[0], name, at[1]) for name in objects(at[0]) | objects(at[1]))
        Path(arguments[arguments.index("--combined") + 1]).write_text("".join(found))
        return int(any(not line.startswith("=") for line in found))
    assert verb == "size"
    names = objects(at[0])
    if "--files-from-raw" in arguments:
        chosen = Path(arguments[arguments.index("--files-from-raw") + 1]).read_text()
        names &= set(chosen.splitlines())
    total = sum((at[0] / name).stat().st_size for name in names)
    print(json.dumps({"count": len(names), "bytes": total, "sizeless": 0}, separators=(",", ":")))
    return 0


def folder(remote: str) -> Path:
    """Where a remote's bucket is."""
    return Path(os.environ["BUCKETS"], *remote.split(":"))


def objects(at: Path) -> set[str]:
    """The names in a bucket."""
    return {each.name for each in at.iterdir()}


def compared(source: Path, name: str, copy: Path) -> str:
    """One line of `check --combined`."""
    if not (source / name).exists():
        return f"- {name}\n"
    if not (copy / name).exists():
        return f"+ {name}\n"
    same = (source / name).read_bytes() == (copy / name).read_bytes()
    return f"{'=' if same else '*'} {name}\n"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
