"""What every end-to-end test starts from: the stack that is up."""

import os

import pytest

from tests.e2e.stack import RunningStack, StackDownError, environment


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "destroys: takes the stack down; runs after all others")
    # Testinfra starts kubectl by name; it lies beside the engine's state.
    os.environ["PATH"] = environment()["PATH"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("destroys") is not None)


@pytest.fixture(scope="session")
def stack() -> RunningStack:
    try:
        return RunningStack.find()
    except StackDownError as down:
        pytest.exit(f"error: {down}", returncode=1)
