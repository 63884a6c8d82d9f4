"""Asks the deployed service for a decision, as the proof that it scores."""

import httpx

from tests.e2e.payments import payment
from tests.e2e.stack import RunningStack, StackDownError
from tests.prove.errors import ProveError


def one_decision() -> str:
    """The decision of a payment that nobody has seen before."""
    try:
        with RunningStack.find().scoring() as api:
            answer = api.post("/v1/score", json=payment()).raise_for_status()
    except (httpx.HTTPError, StackDownError) as wrong:
        raise ProveError(f"the service decided nothing: {wrong}") from wrong
    return str(answer.json()["decision"])
