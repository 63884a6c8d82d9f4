"""Which Redis takes writes. Without sentinels it is always the same one.

Only the keeper of the windows (`window_keeper`) goes over to another one: everybody else meets the
old one, or an error. So nobody reads from a new primary before it was made complete.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from redis.asyncio import Connection, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.settings import StoreSettings

GROUP: Final = "redis"
"""What the sentinels call the instances that they watch."""
CUT_OFF_SECONDS: Final = 5.0
"""How long a primary that lost its replicas may still take payments, at most: it allows them three
seconds (`min-replicas-max-lag`), and its clocks and theirs tick once a second."""

Address = tuple[str, int]


class Primary:
    """Where the primary is, as most of the sentinels that answer say."""

    address: Address
    """Where connections lead."""

    def __init__(self, settings: StoreSettings) -> None:
        self.address = self._named = settings.redis_host, settings.redis_port
        places = filter(None, settings.redis_sentinels.split(","))
        self._sentinels = [_client(settings, *each.split(":")) for each in places]

    async def moved(self) -> bool:
        """Whether it is elsewhere than connections lead; if nobody can say, it is not."""
        if self._sentinels:
            self._named = await self._named_most() or self.address
        return self._named != self.address

    def follow(self) -> None:
        """New connections lead to the one that was named last."""
        self.address = self._named

    async def aclose(self) -> None:
        """Nobody asks any more."""
        for each in self._sentinels:
            await each.aclose()

    async def _named_most(self) -> Address | None:
        """A majority is not waited out by those that do not answer. Nobody wins a draw."""
        asking = [asyncio.create_task(_asked(each)) for each in self._sentinels]
        votes = Counter[Address]()
        try:
            for answer in asyncio.as_completed(asking):
                if address := await answer:
                    votes[address] += 1
                    if 2 * votes[address] > len(asking):
                        return address
        finally:
            for each in asking:
                each.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        ranked = votes.most_common(2)
        alone = len(ranked) == 1 or (ranked and ranked[0][1] > ranked[1][1])
        return ranked[0][0] if alone else None


class ToPrimary(Connection):
    """A connection of a pool that leads to wherever the primary is when it is opened."""

    def __init__(self, *, primary: Primary, **given: Any) -> None:
        super().__init__(**given)
        self._primary = primary

    def _connection_arguments(self) -> Mapping[str, object]:
        self.host, self.port = self._primary.address
        return {"host": self.host, "port": self.port}


async def _asked(sentinel: Redis) -> Address | None:
    ask: Callable[..., Awaitable[Any]] = sentinel.execute_command
    try:
        said = await ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", GROUP)
    except (RedisError, OSError, TimeoutError):
        return None
    return (said[0].decode(), int(said[1])) if said else None


def _client(settings: StoreSettings, host: str, port: str) -> Redis:
    return Redis(
        host=host,
        port=int(port),
        password=settings.redis_password.get_secret_value() or None,
        socket_timeout=settings.redis_timeout_seconds,
        socket_connect_timeout=settings.redis_timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
