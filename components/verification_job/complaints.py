"""Why a pod failed, out of what it logged."""

import json
from typing import Any

WORST = ("FATAL", "PANIC")
SIDECAR = "plugin-barman-cloud"
"""Barman's programs speak there, Postgres in the pod's own container."""


def reason(*logs: str) -> str:
    """The complaint that tells most: Postgres' last word, Barman's, the operator's."""
    told = [complaint for log in logs for line in log.splitlines() if (complaint := _read(line))]
    if not told:
        return "it left no complaint in its log"
    return max(enumerate(told), key=lambda each: (each[1][0], each[0]))[1][1][:300]


def _read(line: str) -> tuple[int, str] | None:
    """How much a line matters, and what it says; nothing if it does not complain."""
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    message = str(said.get("msg", ""))
    record = said.get("record")
    if isinstance(record, dict) and record.get("error_severity") in WORST:
        return 3, f"{record['error_severity']}: {record.get('message')}"
    if "ERROR: " in message:
        return 2, message.partition("ERROR: ")[2]
    if said.get("level") == "error":
        return 1, f"{message}: {said.get('error', '')}"
    return None
