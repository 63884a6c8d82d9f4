"""Watches who is primary, as the operator and the instances themselves say."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import urllib3
from kubernetes import client, watch
from kubernetes.client import ApiException

from tests.drills.clock import now
from tests.e2e.parts import CNPG
from tests.e2e.stack import Api, Connection, RunningStack

Watch: Api = watch.Watch
PERIOD = 30
"""Seconds after which a watch is begun anew."""
REST = 0.2


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The Postgres cluster's status at a moment."""

    at: float
    current: str
    """Who is primary."""
    target: str
    """Who shall be."""
    phase: str
    ready: int
    """Instances that serve."""


@dataclass
class Primaries:
    """Every change of the status, noted when it arrives here."""

    stack: RunningStack
    seen: list[Seen] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator["Primaries"]:
        """Watch for as long as the block lasts."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()  # The thread may sit in its last watch; it is not waited for.

    def last(self) -> Seen | None:
        """The newest."""
        return self.seen[-1] if self.seen else None

    def _run(self) -> None:
        """A connection of its own: a hanging API server must not hold up anybody else."""
        api: Api = client.CustomObjectsApi(Connection(str(self.stack.kubeconfig)))
        while not self._stop.is_set():
            try:
                self._watch(api)
            except (ApiException, urllib3.exceptions.HTTPError, OSError, KeyError):
                self._stop.wait(REST)  # The API server is away, which some drills want.

    def _watch(self, api: Api) -> None:
        arguments = (*CNPG, self.stack.namespace, "clusters")
        events = Watch().stream(
            api.list_namespaced_custom_object,
            *arguments,
            timeout_seconds=PERIOD,
            _request_timeout=(5, PERIOD + 5),
        )
        for event in events:
            if self._stop.is_set():
                return
            if found := _seen(event["object"].get("status", {})):
                self._note(found)

    def _note(self, found: Seen) -> None:
        last = self.last()
        told = (found.current, found.target, found.phase, found.ready)
        if last is None or told != (last.current, last.target, last.phase, last.ready):
            self.seen.append(found)


def before(fault: float, seen: Sequence[Seen]) -> Seen | None:
    """How things stood when the fault struck."""
    return next((it for it in reversed(seen) if it.at <= fault), None)


def _seen(status: dict[str, object]) -> Seen | None:
    if "currentPrimary" not in status or "targetPrimary" not in status:
        return None
    return Seen(
        at=now(),
        current=str(status["currentPrimary"]),
        target=str(status["targetPrimary"]),
        phase=str(status.get("phase", "")),
        ready=int(str(status.get("readyInstances", 0))),
    )
