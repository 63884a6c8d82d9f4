"""The domain stays pure: it can be read, run and tested with nothing but NumPy."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.domain

MODULES = sorted(Path(app.domain.__file__).parent.glob("*.py"))
ALLOWED = {*sys.stdlib_module_names, "numpy"}


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.module
            yield node.module


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_the_domain_imports_itself_numpy_and_the_standard_library(module: Path) -> None:
    foreign = {
        name
        for name in imported(module)
        if not name.startswith("app.domain.") and name.partition(".")[0] not in ALLOWED
    }

    assert foreign == set()


def test_there_are_modules_to_be_judged() -> None:
    assert len(MODULES) > 5
