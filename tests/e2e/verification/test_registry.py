"""Which model decides, on the running stack: changed, taken back, and on record."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest

from app.models import CHAMPION, FOLDER
from tests.e2e import timeouts
from tests.e2e.rollback import all_run, roll_back, said
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until

ACTOR = {"X-Actor": "e2e"}
CARD = json.loads((FOLDER / CHAMPION / "card.json").read_text())
VERSION = f"e2e-{CARD['sha256'][:8]}"
WHY = "a copy of the committed model, to go back from"


@pytest.fixture
def api(stack: RunningStack) -> Iterator[httpx.Client]:
    with stack.patient() as client:
        yield client


def copied() -> dict[str, object]:
    """The committed model under another name: who switches to it decides alike."""
    artifact = base64.b64encode((FOLDER / CHAMPION / "model.onnx").read_bytes()).decode()
    return {"version": VERSION, "card": CARD, "artifact": artifact}


def several(stack: RunningStack, version: str) -> bool:
    """Whether those that run it are more than one: one that stalls takes no requests."""
    return len(all_run(stack, version) or {}) > 1


def test_a_promotion_and_its_rollback_reach_every_replica_and_stand_in_the_history(
    stack: RunningStack, api: httpx.Client
) -> None:
    before = said(api.get("/v1/models"))["roles"]["champion"]
    said(api.post("/v1/models", json=copied(), headers=ACTOR))
    refused = api.post(f"/v1/models/{VERSION}/promotion", json={"reason": WHY}, headers=ACTOR)
    forced = {"reason": WHY, "forced": True}
    said(api.post(f"/v1/models/{VERSION}/promotion", json=forced, headers=ACTOR))
    within = timeouts.ROLLBACK
    try:
        until(lambda: all_run(stack, VERSION), within=within, what="every replica switched")
    finally:
        left, now = roll_back(stack, "end of the test")
    until(lambda: all_run(stack, before), within=within, what="every replica is back")

    assert (refused.status_code, left, now) == (409, VERSION, before)
    until(lambda: several(stack, before), within=timeouts.RECOVERY, what="more than one replica")
    newest = said(api.get("/v1/models"))["history"]
    told = [(move["alias"], move["version"], move["kind"]) for move in newest[:4]]
    assert told == [
        ("previous", None, "rollback"),
        ("champion", before, "rollback"),
        ("previous", before, "forced"),
        ("champion", VERSION, "forced"),
    ]
