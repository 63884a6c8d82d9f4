"""A pool whose one connection answers what the test tells it to.

The statements themselves are proven on a real Postgres, by the end-to-end tests.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from app.adapters.postgres import Postgres
from app.telemetry import Telemetry

Row = dict[Any, Any]


class Connection:
    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.executed: list[tuple[str, tuple[Any, ...]]] = []
        self.refusals: list[BaseException | None] = []
        """Of what is executed, in its order."""
        self.copied: list[tuple[Any, ...]] = []
        self.transactions: list[str] = []
        self.listeners: set[Callable[[object, Any], None]] = set()
        self.notices: list[Any] = []

    async def fetch(self, query: str, *arguments: Any) -> Any:
        self.asked.append((query, arguments))
        for notice in self.notices:
            for listener in self.listeners:
                listener(self, notice)
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, BaseException):
            raise answer
        return answer

    fetchval = fetchrow = fetch

    async def execute(self, query: str, *arguments: Any) -> None:
        self.executed.append((query, arguments))
        if self.refusals and (refusal := self.refusals.pop(0)):
            raise refusal

    async def copy_records_to_table(self, _: str, *, records: Sequence[tuple[Any, ...]]) -> None:
        self.copied += records

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            self.transactions.append("rolled back")
            raise
        self.transactions.append("committed")

    def add_log_listener(self, listener: Callable[[object, Any], None]) -> None:
        self.listeners.add(listener)

    def remove_log_listener(self, listener: Callable[[object, Any], None]) -> None:
        self.listeners.remove(listener)


class Pool:
    def __init__(self) -> None:
        self.connection = Connection()
        self.expired = 0
        self.lent = 0

    async def acquire(self) -> Connection:
        self.lent += 1
        return self.connection

    async def release(self, connection: Connection, *, timeout: float) -> None:  # noqa: ASYNC109
        assert connection is self.connection
        assert timeout > 0
        self.lent -= 1

    async def expire_connections(self) -> None:
        self.expired += 1


def postgres(seconds: float = 1) -> tuple[Postgres, Connection, Pool]:
    pool = Pool()
    return Postgres(pool, seconds=seconds, telemetry=Telemetry()), pool.connection, pool
