"""Labels in Redis: a terminal's known frauds gain or lose a payment."""

from collections.abc import Sequence
from typing import Final

from redis.asyncio import Redis

from app.adapters.lua import script
from app.adapters.redis_members import fraud
from app.ports.labels import Told

_LABEL: Final = script("label")
_CHUNK: Final = 100
"""Per call of the script: payments get their turn in between."""
_REMEMBERED_SECONDS: Final = 86_400
"""For so long an earlier label can not undo a later one: far longer than any is on its way."""


async def tell(client: Redis, told: Sequence[Told], *, keep: int, ttl: int) -> None:
    """Let windows know. Of two labels of a payment the later one wins, in any order of telling.

    `keep` and `ttl` are those of the windows, in seconds.
    """
    label = client.register_script(_LABEL)
    for start in range(0, len(told), _CHUNK):
        keys: list[str] = []
        arguments: list[str | bytes | int] = [keep, ttl, _REMEMBERED_SECONDS]
        for one in told[start : start + _CHUNK]:
            number, terminal = one.label.transaction_id, one.terminal_id
            frauds, member = fraud(terminal, number, one.time)
            keys += (f"label:{number}", frauds, f"taken:{terminal}")
            arguments += (one.time, member, one.number, int(one.label.fraud))
        await label(keys=keys, args=arguments)
