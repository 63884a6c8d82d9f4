import re
from pathlib import Path

import pytest

from local.tools import golang, store
from local.tools.profiles import OWNERS, TOOLS
from local.tools.table import Tool

EVERY_TOOL = pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)


@EVERY_TOOL
def test_every_tool_is_pinned_to_a_version_and_a_checksum(tool: Tool) -> None:
    assert re.fullmatch(r"v\d+\.\d+\.\d+(-[0-9a-z.-]+)?", tool.version)
    assert re.fullmatch(r"h1:[A-Za-z0-9+/]{43}=", tool.checksum)


@EVERY_TOOL
def test_a_lock_module_holds_the_same_checksum(tool: Tool) -> None:
    lock = store.lock_module(tool)
    line = f"{tool.module} {tool.version} {tool.checksum}"

    assert lock is None or line in (lock / "go.sum").read_text().splitlines()


@EVERY_TOOL
def test_of_several_programs_each_is_named_as_go_names_it(tool: Tool) -> None:
    if len(tool.programs) > 1:
        assert {package.rpartition("/")[2] for package in tool.programs.values()} == set(
            tool.programs
        )


def test_no_program_belongs_to_two_tools() -> None:
    assert len(OWNERS) == sum(len(tool.programs) for tool in TOOLS.values())


@pytest.mark.parametrize("lock", sorted(store.LOCKS.iterdir()), ids=lambda lock: lock.name)
def test_no_lock_module_asks_for_a_newer_go_than_we_ask_for(lock: Path) -> None:
    asked = re.search(r"^go (\d+)\.(\d+)\.(\d+)$", (lock / "go.mod").read_text(), re.MULTILINE)

    assert asked is not None
    assert tuple(map(int, asked.groups())) <= golang.OLDEST
