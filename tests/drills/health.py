"""When a stack is whole enough for the next fault: everything there, and every copy in step."""

import subprocess
import time
from contextlib import suppress

import httpx
from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError

from tests.e2e import timeouts
from tests.e2e.parts import postgres, sql
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import TooLateError, until
from tests.prove.wholeness import Checkup

_CONNECTIONS = 8
"""Each is led to some replica of the service: so many miss one of two once in a hundred times."""
STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"


def wait_whole(stack: RunningStack, within: float = timeouts.RECOVERY) -> float:
    """Seconds until nothing is missing; `TooLateError` says what still is."""
    began, checkup = time.time(), Checkup(stack, time.time())

    def whole() -> bool:
        return not checkup.missing() and in_step(stack) and reachable(stack)

    try:
        until(whole, within=within, what="the whole stack")
    except TooLateError as late:
        raise TooLateError(f"{late}; missing: {', '.join(checkup.missing())}") from None
    finally:
        # A job that failed would be missed as a pod that does not serve, ever after.
        with suppress(ApiException, HTTPError):
            checkup.tidy()
    return round(time.time() - began, 1)


def in_step(stack: RunningStack) -> bool:
    """Whether every replica receives what the primary writes."""
    try:
        streaming = int(sql(stack, STREAMING)[0][0])
        return streaming == int(postgres(stack)["spec"]["instances"]) - 1
    except (AssertionError, ApiException, HTTPError, subprocess.TimeoutExpired):
        return False  # there is no primary to ask, or no API server


def reachable(stack: RunningStack) -> bool:
    """Whether every connection leads to the service: a node that is back is routed to later."""
    door = f"{stack.outputs['scoring_url']}/healthz"
    try:
        return all(httpx.get(door, timeout=2).is_success for _ in range(_CONNECTIONS))
    except httpx.HTTPError:
        return False
