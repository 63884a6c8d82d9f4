"""The mock engine: deploy parts, read what they would ask of Kubernetes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks

from tests.unit.schema import unknown_keys

Inputs = dict[str, Any]


class Made(dict[tuple[str, str], Inputs]):
    """Inputs of every resource, by kind and name: `made["StatefulSet", "features"]`.

    Where two clusters hold the same name, the engine's order says which of them that is:
    ask one of them, `made.within["standby"]["StatefulSet", "features"]`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.within: defaultdict[str, Made] = defaultdict(Made)

    def add(self, kind: str, name: str, inputs: Inputs, provider: str | None) -> None:
        self[kind, name] = inputs
        if provider:
            *_, cluster, _id = provider.split("::")
            self.within[cluster][kind, name] = inputs


Deploy = Callable[[Callable[[], object]], Made]


class Recorder(Mocks):
    """A Kubernetes that says yes to everything and fills in what it would fill in."""

    def __init__(self) -> None:
        self.made = Made()
        self.misspelled: list[str] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, Inputs]:
        if not args.typ.startswith("bulwark:"):
            kind = args.typ.rpartition(":")[2]
            self.made.add(kind, args.name, args.inputs, args.provider)
            self.misspelled += unknown_keys(args.typ, args.inputs)
        outputs = dict(args.inputs)
        name = outputs.get("metadata", {}).get("name") or args.name
        outputs["metadata"] = {**outputs.get("metadata", {}), "name": name}
        if args.typ == "kubernetes:core/v1:Service":
            ports = [{**port, "nodePort": 30080} for port in outputs["spec"]["ports"]]
            outputs["spec"] = {**outputs["spec"], "ports": ports}
        return f"{args.name}-id", outputs

    def call(self, args: MockCallArgs) -> tuple[Inputs, None]:
        message = f"a component asked the world: {args.token}"
        raise AssertionError(message)


_DEPLOYED: dict[Hashable, Made] = {}
"""What equal programs declared. Parts read only their arguments, so it is the same each time."""


def _values(program: Callable[[], object]) -> Hashable:
    """All that decides what a program declares. Nothing for one with a list or a mapping in it:
    that one may be there to be filled.
    """
    code, cells = getattr(program, "__code__", None), getattr(program, "__closure__", None) or ()
    values = (code, getattr(program, "__defaults__", None), *(each.cell_contents for each in cells))
    try:
        hash(values)
    except TypeError:
        return None
    return values if code else None


@pytest.fixture
def deploy() -> Iterator[Deploy]:
    """Runs a program, or tells what an equal one declared: nobody changes what was made."""
    # Pulumi asks for the thread's event loop; asynchronous tests leave none behind.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def run(program: Callable[[], object]) -> Made:
        known = _values(program)
        if known in _DEPLOYED:
            return _DEPLOYED[known]
        recorder = Recorder()
        set_mocks(recorder, project="bulwark", stack="test")
        pulumi.runtime.test(lambda: (program(), None)[1])()  # type: ignore[no-untyped-call]
        assert not recorder.misspelled, recorder.misspelled
        if known:
            _DEPLOYED[known] = recorder.made
        return recorder.made

    yield run
    asyncio.set_event_loop(None)
    loop.close()


def secret_files(pod: Inputs) -> dict[str, tuple[str, str]]:
    """The secrets that a pod finds as files: file name to the secret's name and key."""
    (volume,) = (volume for volume in pod["volumes"] if volume["name"] == "secrets")
    return {
        item["path"]: (source["secret"]["name"], item["key"])
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }
