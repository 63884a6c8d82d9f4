from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.e2e import promote
from tests.e2e.parts import Part
from tests.e2e.stack import RunningStack


class Asked:
    """What a stack of three instances was told, in order."""

    namespace = "fraud"

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.core = SimpleNamespace(list_namespaced_pod=self._pods)
        self.custom = SimpleNamespace(patch_namespaced_custom_object_status=self._patched)

    def _pods(self, _: str, *, label_selector: str) -> Any:
        assert "instanceRole=replica" in label_selector
        return SimpleNamespace(items=[pod("ledger-2"), pod("ledger-3")])

    def _patched(self, *where: Any) -> None:
        self.told.append(where[-1]["status"]["targetPrimary"])


def pod(name: str) -> Any:
    ready = SimpleNamespace(type="Ready", status="True")
    return SimpleNamespace(
        metadata=SimpleNamespace(name=name, deletion_timestamp=None),
        status=SimpleNamespace(phase="Running", conditions=[ready]),
    )


@pytest.fixture
def asked() -> Asked:
    return Asked()


def stack(asked: Asked) -> RunningStack:
    return cast("RunningStack", asked)


@pytest.mark.parametrize(("named", "chosen"), [("", "ledger-2"), ("ledger-3", "ledger-3")])
def test_a_replica_is_chosen_unless_one_is_named(asked: Asked, named: str, chosen: str) -> None:
    assert promote.replica(stack(asked), named) == chosen


def test_what_is_no_replica_is_refused_with_those_that_are(asked: Asked) -> None:
    with pytest.raises(promote.PromoteError, match="'ledger-1', allowed: ledger-2, ledger-3"):
        promote.replica(stack(asked), "ledger-1")


def test_both_have_written_their_pages_before_anybody_is_asked_to_change(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ran(_: object, query: str, *, part: Part) -> None:
        asked.told.append((query, part.selector.rpartition(",")[2]))

    monkeypatch.setattr(promote, "sql", ran)

    promote.prepare(stack(asked), "ledger-3")
    promote.ask(stack(asked), "ledger-3")

    assert asked.told == [
        ("CHECKPOINT", "cnpg.io/instanceRole=primary"),
        ("CHECKPOINT", "cnpg.io/instanceName=ledger-3"),
        "ledger-3",
    ]
