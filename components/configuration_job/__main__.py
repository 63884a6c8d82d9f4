"""`backup`: all declared objects into the bucket. `keep`, `fetch`, `list`: other files there."""

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from components.configuration_job.bucket import Bucket
from components.configuration_job.exporting import digest, exported, packed, unpacked
from components.configuration_job.keeping import OBJECTS, Folder
from components.configuration_job.record import metrics
from components.verification_job.cluster_api import Api
from components.verification_job.errors import VerificationError
from components.verification_job.runs import Run, performed

PATH_SECONDS = 30
"""A pod's network paths open some moments after it began."""


def backup(plan: dict[str, Any]) -> int:
    """One run, to its line in the record. The exit code is the verdict."""
    api = Api()

    def act() -> Run:
        await_path(api)
        return written(api, plan)

    return performed(api, plan["record"], act, metrics, also={})


def written(api: Api, plan: dict[str, Any]) -> Run:
    """What was exported, once it has been read back."""
    at = datetime.now(UTC)
    found = exported(api, plan["namespaces"], plan["kinds"])
    folder = folder_of(plan, *OBJECTS)
    body = packed(found.things)
    key, back = folder.keep(body, at)
    things = unpacked(back)
    if len(things) != len(found.things):
        raise VerificationError(f"{key}: {len(things)} objects, written were {len(found.things)}")
    return {
        "key": key,
        "objects": len(things),
        "bytes": len(back),
        "sha256": digest(back),
        "kinds": dict(sorted(Counter(it["kind"] for it in things).items())),
        "absent": list(found.absent),
        "expired": folder.expire(at),
    }


def await_path(api: Api) -> None:
    """Until the API server answers."""
    end = time.monotonic() + PATH_SECONDS
    while True:
        try:
            api.get("/version")
        except VerificationError:
            if time.monotonic() > end:
                raise
            time.sleep(1)
        else:
            return


def folder_of(plan: dict[str, Any], prefix: str, suffix: str) -> Folder:
    """The files of one kind in the bucket of the plan."""
    place = Bucket(plan["bucket"])
    return Folder(place=place, prefix=prefix, suffix=suffix, keep_days=plan["keep_days"])


def keep(plan: dict[str, Any], prefix: str, suffix: str) -> int:
    """The standard input as a dated file; says what was read back."""
    folder, at = folder_of(plan, prefix, suffix), datetime.now(UTC)
    key, back = folder.keep(sys.stdin.buffer.read(), at)
    told = {"key": key, "bytes": len(back), "sha256": digest(back), "expired": folder.expire(at)}
    print(json.dumps(told))
    return 0


def fetch(plan: dict[str, Any], prefix: str, suffix: str, key: str = "") -> int:
    """A file on the standard output, the newest if none is named, its name in the first line."""
    folder = folder_of(plan, prefix, suffix)
    key = key or folder.newest()
    body = folder.fetch(key)
    sys.stdout.buffer.write(f"{key}\n".encode() + body)
    return 0


def listed(plan: dict[str, Any], prefix: str, suffix: str) -> int:
    """The names of all files, oldest first."""
    print("\n".join(folder_of(plan, prefix, suffix).files()))
    return 0


VERBS: dict[str, Any] = {"backup": backup, "keep": keep, "fetch": fetch, "list": listed}


def main(plan: Path, verb: str, *arguments: str) -> int:
    """The exit code."""
    told = json.loads(plan.read_text())
    try:
        return int(VERBS[verb](told, *arguments))
    except VerificationError as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
