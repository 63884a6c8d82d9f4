"""A stack whose ledger is backed up, and what its archive tells of itself."""

import json
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.e2e import timeouts
from tests.e2e.parts import CNPG, LEDGER, postgres
from tests.e2e.restore import flush
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import TooLateError, until
from tests.prove.errors import ProveError
from tests.prove.making import asked, make

STORES = ("barmancloud.cnpg.io", "v1")
FAILED = "failed"
DONE = "completed"
Span = tuple[float, float]
"""From when to when, in seconds since the epoch."""


def raised(settings: Mapping[str, object] | None = None) -> RunningStack:
    """The stack with backups, and with these settings beside those that were asked for."""
    wanted = asked() | dict(settings or {})
    parts = os.environ.get("PARTS") or "backups"
    make("up", settings={"PARTS": parts, "SETTINGS": json.dumps(wanted)})
    stack = RunningStack.find()
    if not any(each.get("isWALArchiver") for each in postgres(stack)["spec"].get("plugins", ())):
        raise ProveError(f"the ledger has no archive with PARTS={parts}; use PARTS=backups")
    return stack


def back_up(stack: RunningStack) -> dict[str, Any]:
    """One base backup now, and all of the log that a restore of it needs.

    A standby can not end a piece of the log: that is asked of the primary.
    """
    status = take(stack)
    flush(stack)
    return status


def take(stack: RunningStack, *, every: float = 0.5) -> dict[str, Any]:
    """One base backup now, to its end: the operator's account of it, asked for every so often."""
    name = f"{LEDGER}-{secrets.token_hex(3)}"
    wanted = {
        "apiVersion": "/".join(CNPG),
        "kind": "Backup",
        "metadata": {"name": name, "namespace": stack.namespace},
        "spec": {
            "cluster": {"name": LEDGER},
            "method": "plugin",
            "pluginConfiguration": {"name": "barman-cloud.cloudnative-pg.io"},
        },
    }
    stack.custom.create_namespaced_custom_object(*CNPG, stack.namespace, "backups", wanted)

    def ended() -> dict[str, Any] | None:
        found = stack.custom.get_namespaced_custom_object(*CNPG, stack.namespace, "backups", name)
        status: dict[str, Any] = found.get("status", {})
        return status if status.get("phase") in {DONE, FAILED} else None

    try:
        status = until(ended, within=timeouts.BACKED_UP, what=f"backup {name}", every=every)
    except TooLateError as late:
        raise ProveError(str(late)) from late
    if status["phase"] == FAILED:
        raise ProveError(f"backup {name} failed: {status.get('error')}")
    return status


def span_of(backup: Mapping[str, Any]) -> Span:
    """From when to when a base backup was taken, by the server's own clock."""
    started, stopped = (datetime.fromisoformat(backup[key]) for key in ("startedAt", "stoppedAt"))
    return started.timestamp(), stopped.timestamp()


def first_backup(stack: RunningStack) -> None:
    """Wait until there is a base backup: the schedule takes one at once."""

    def there() -> bool:
        found = stack.custom.list_namespaced_custom_object(*CNPG, stack.namespace, "backups")
        return any(one.get("status", {}).get("phase") == DONE for one in found["items"])

    until(there, within=timeouts.BACKED_UP, what="the first base backup", every=2)
