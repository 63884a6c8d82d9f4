"""The role `train`: a new model from recorded payments, and the gate before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from app.adapters import onnx_model
from app.adapters.postgres import Postgres
from app.adapters.postgres_payments import PostgresPayments
from app.domain.drift import SCORE
from app.domain.features import FEATURES
from app.domain.gate import Check
from app.domain.transactions import DAY, Transactions
from app.ports.models import Alias, Model
from app.training import retrain, thresholds
from app.training.retrain import TooLittleError, Trained, judge, train
from tests.unit.app.adapters.postgres_fake import postgres
from tests.unit.app.memory_models import CARD, MemoryModels
from tests.unit.app.training.small import PARAMETERS, dataset
from tests.unit.app.training.test_mlflow_registry import settings

PASSED = Check("known frauds", passed=True, found=120, needed="at least 100")
FAILED = replace(PASSED, passed=False, found=20)


@pytest.fixture(autouse=True)
def a_precision_within_reach_of_a_small_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "PRECISION", 0.5)
    monkeypatch.setattr(thresholds, "ALERTS_PER_DAY", 5)


def recorded(days: int) -> Transactions:
    """As the ledger tells them: the newest days, a fraud or not, whatever the scenario."""
    payments = dataset().everything.payments
    newest = payments[payments.times > payments.times[-1] - days * DAY]
    return replace(newest, scenarios=newest.frauds.astype("int64"))


@cache
def trained() -> Trained:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thresholds, "PRECISION", 0.5)
        patch.setattr(thresholds, "ALERTS_PER_DAY", 5)
        return train(recorded(93), PARAMETERS)


def test_the_new_model_is_whole_and_named_by_its_last_day_and_its_bytes() -> None:
    made = trained()
    card = made.model.card

    opened = onnx_model.opened(made.model.version, card, made.model.artifact)
    assert opened.scorer.version == card["version"] == made.model.version
    # 136 days from 2018-04-01: labels of all but the last week are known, the week before judges,
    # and a week's delay lies before that.
    assert made.model.version.startswith("lightgbm-2018-07-2")
    assert made.model.version.endswith(card["sha256"][:8])
    assert set(card["reference"]) == {*FEATURES, SCORE}
    assert made.parity < 1e-6
    assert "ledger" in card["data"]["source"]


def test_the_same_payments_make_the_same_model() -> None:
    again = train(recorded(93), PARAMETERS)

    assert again.model.artifact == trained().model.artifact
    assert again.model.card == trained().model.card


def test_nothing_is_trained_or_judged_on_labels_that_are_not_known_yet() -> None:
    payments = recorded(93)
    unknown = payments.times >= payments.times[-1] // DAY * DAY - 7 * DAY
    told_later = replace(payments, scenarios=payments.scenarios * ~unknown)

    assert train(told_later, PARAMETERS).model.artifact == trained().model.artifact
    assert trained().test.payments.times.max() < payments.times[-1] - 7 * DAY


def test_held_against_itself_a_model_is_no_worse() -> None:
    found = {check.check.split(" (")[0]: check for check in judge(trained(), trained().model)}

    assert found["average precision"].found == 0
    assert found["average precision"].passed
    assert found["ONNX differs by"].passed
    assert found["known frauds"].found == trained().test.frauds.sum()


@pytest.mark.parametrize("days", [0, 30])
def test_with_too_little_nothing_is_trained(days: int) -> None:
    with pytest.raises(TooLittleError, match="the ledger holds"):
        train(recorded(93)[:0] if not days else recorded(days), PARAMETERS)


@pytest.mark.parametrize(
    ("found", "promote", "roles"),
    [
        ([PASSED], False, {Alias.CHALLENGER: "b"}),
        ([PASSED], True, {Alias.CHAMPION: "b", Alias.PREVIOUS: "a", Alias.CHALLENGER: "b"}),
        ([PASSED, FAILED], True, {Alias.CHALLENGER: "b"}),
    ],
)
async def test_a_model_promotes_itself_only_by_its_gate(
    found: list[Check], *, promote: bool, roles: dict[Alias, str]
) -> None:
    models: Any = MemoryModels("a")
    given = settings(train_promote=promote)
    await retrain._register(models, Model("b", CARD, b"1000"), "a", found, given)

    assert models.given == roles
    (gate,) = models.gates_kept
    assert (gate.version, gate.against, gate.passed) == ("b", "a", found == [PASSED])
    assert gate.checks[0]["check"] == "known frauds"


def test_the_role_says_what_is_missing_and_ends_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database, _, _ = postgres()

    @asynccontextmanager
    async def connected(*_: object, **__: object) -> AsyncIterator[object]:
        yield database

    async def recent(_: object, __: int) -> Transactions:
        return recorded(20)

    monkeypatch.setattr(Postgres, "connected", connected)
    monkeypatch.setattr(PostgresPayments, "recent", recent)
    retrain.run(settings())

    assert "nothing to train: the ledger holds 20 days" in capsys.readouterr().out
