"""`make state-backup`, `make state-restore`: the state of the stack into the configuration's
bucket, its secrets as they are encrypted, and from there into an empty stack."""

import argparse
import gzip
import json
import os
from pathlib import Path

from components.configuration_job.exporting import digest
from tests.e2e.command import run
from tests.e2e.keeper import Configuration
from tests.e2e.plain import refuse_plain, secrets_of
from tests.e2e.stack import NAME, ROOT, environment
from tests.e2e.state_engine import Engine, State, StateError, resources, urns

SUFFIX = ".json.gz"
NEWEST = "newest"


def main() -> None:
    """One of the two."""
    parser = argparse.ArgumentParser(prog="make state-…", description=__doc__)
    parser.add_argument("verb", choices=("backup", "restore"))
    parser.add_argument("origin", nargs="?", default=NEWEST, metavar="FROM")
    given = parser.parse_args()
    engine = Engine(NAME, ROOT, environment())
    if given.verb == "backup":
        back_up(engine)
    else:
        restore(engine, given.origin, force=os.environ.get("FORCE") == "1")


def back_up(engine: Engine) -> None:
    """Export, look for plain secrets, keep, read back, say how it is taken again."""
    configuration = Configuration.find()
    state, known = engine.export(), dict(secrets_of(configuration))
    refuse_plain(state, known)
    body = packed(state)
    with configuration.keeper() as keeper:
        kept = keeper.keep(prefix_of(engine.stack), SUFFIX, body)
        _, back = keeper.fetch(prefix_of(engine.stack), SUFFIX, kept["key"])
    if back != body:
        raise StateError(f"{kept['key']} is not what was written; look at the object store")
    print(f"{kept['key']}: {len(resources(state))} resources, {kept['bytes']} bytes")
    print(f"SHA-256 {kept['sha256']}, read back")
    print(f"{len(known)} secret values of the cluster were looked for: none is in it")
    moment = kept["key"].rpartition("/")[2].removesuffix(SUFFIX)
    print(f"take it again: make state-restore STACK={engine.stack} FROM={moment}")


def restore(engine: Engine, origin: str, *, force: bool = False) -> None:
    """Put a kept state into the stack, which has nothing yet."""
    body, name = read(origin, engine.stack)
    state = unpacked(body, name)
    taken = take(engine, state, force=force)
    print(f"stack {engine.stack!r} has the {taken} resources of {name}")
    print(f"compare it with the cluster: pulumi --stack {engine.stack} refresh --preview-only")


def take(engine: Engine, state: State, *, force: bool = False) -> int:
    """Import a state; how many resources the stack has then. They must be those of the state."""
    wanted = urns(state)
    others = sorted({urn.split("::")[0] for urn in wanted} - {f"urn:pulumi:{engine.stack}"})
    if others or not wanted:
        got = f"one of {', '.join(others)}" if others else "empty"
        raise StateError(f"the state is {got}, wanted: one of stack {engine.stack!r}")
    there = len(urns(engine.export()))
    if there and not force:
        raise StateError(
            f"stack {engine.stack!r} has {there} resources, which would be forgotten;"
            " keep them first (make state-backup), then FORCE=1"
        )
    engine.take(state)
    if (found := urns(engine.export())) != wanted:
        raise StateError(f"stack {engine.stack!r} has {len(found)} resources, not {len(wanted)}")
    return len(wanted)


def read(origin: str, stack: str) -> tuple[bytes, str]:
    """A kept state and its name: a file, or one of the bucket by its moment."""
    file = Path(origin)
    if file.is_file():
        return checked(file), str(file)
    if "/" in origin:
        raise StateError(f"FROM is {origin!r}, allowed: a file, a moment of the bucket, {NEWEST}")
    key = "" if origin == NEWEST else f"{prefix_of(stack)}{origin.removesuffix(SUFFIX)}{SUFFIX}"
    with Configuration.find().keeper() as keeper:
        name, body = keeper.fetch(prefix_of(stack), SUFFIX, key)
    return body, name


def checked(file: Path) -> bytes:
    """A file that is what the checksum beside it says, where there is one."""
    body, beside = file.read_bytes(), Path(f"{file}.sha256")
    found = digest(body)
    if beside.exists() and (wanted := beside.read_text().split()[0]) != found:
        raise StateError(f"{file}: SHA-256 is {found}, written was {wanted}")
    return body


def prefix_of(stack: str) -> str:
    """Where the states of a stack are in the bucket."""
    return f"state/{stack}/"


def packed(state: State) -> bytes:
    """A state as a file."""
    return gzip.compress(json.dumps(state, separators=(",", ":")).encode(), mtime=0)


def unpacked(body: bytes, name: str) -> State:
    """The state of a file, packed or as Pulumi wrote it."""
    try:
        text = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
        read: State = json.loads(text)
    except (OSError, EOFError, ValueError) as wrong:
        raise StateError(f"{name} is no state that was kept: {wrong}") from None
    return read


if __name__ == "__main__":
    run(main)
