"""A Redis in memory that runs scripts."""

from typing import Any

import fakeredis


class Raw(fakeredis.FakeAsyncRedis):
    """With the one command that the fake lacks."""

    run_id = "first"
    replid = "a"
    policy = "noeviction"

    async def info(self, *_: Any, **__: Any) -> dict[str, str]:
        await self.ping()
        return {
            "run_id": self.run_id,
            "master_replid": self.replid,
            "maxmemory_policy": self.policy,
        }
