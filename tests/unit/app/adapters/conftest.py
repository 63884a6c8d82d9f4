import pytest

from app.adapters import lease, model_keeper, rules_keeper, window_keeper


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first look is waited for: how slow the machine is says nothing about what it brings."""
    for module in (lease, model_keeper, rules_keeper, window_keeper):
        monkeypatch.setattr(module, "FIRST_LOOK", 60)
