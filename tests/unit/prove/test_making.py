from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.prove.__main__ import prove
from tests.prove.errors import ProveError
from tests.prove.making import without


def test_a_fresh_clone_does_not_find_what_this_one_has_built() -> None:
    path = "/usr/local/bin:/root/.cache/bulwark/bin:/usr/bin:/root/.cache/bulwark-other/bin"

    assert (
        without(Path("/root/.cache/bulwark"), path)
        == "/usr/local/bin:/usr/bin:/root/.cache/bulwark-other/bin"
    )


def test_what_was_measured_before_it_broke_off_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure() -> None:
        raise ProveError("the second hour failed", [{"kind": "cold", "up_seconds": 2100.0}])

    bar = SimpleNamespace(PROMISE="both hours", measure=measure)
    monkeypatch.setattr("tests.prove.__main__.importlib.import_module", lambda _: bar)

    evidence = prove("engine-7")

    assert evidence.trials == [{"kind": "cold", "up_seconds": 2100.0}]
    assert (evidence.error, evidence.holds) == ("the second hour failed", False)
