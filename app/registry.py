"""The use case around models: who decides, who is to, and what speaks for it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.background import yielding
from app.domain.comparison import Duel, report
from app.domain.scoring import Judge, Thresholds
from app.domain.transactions import Transaction
from app.ports.models import Alias, Model, Models, Move, Roles, Unusable
from app.ports.refusals import Refused
from app.ports.shadow import Pairs, Results
from app.switched import Switched

_HISTORY: Final = 20
_MOST_PAIRS: Final = 50_000
"""Newest payments of a report: a second of a thread that is not the requests'."""


Open = Callable[[str, Mapping[str, Any], bytes], Judge]


def warm(opens: Open, model: Model) -> Judge:
    """A model, opened and run once, or `Unusable`.

    The first payment need not wait for what a model puts off until its first run.
    """
    try:
        judge = opens(model.version, model.card, model.artifact)
        (decision,) = judge.decide([Transaction(0, 0, 0, 1.0, 0)], judge.baseline[None, :])
    except Unusable:
        raise
    except Exception as wrong:
        raise Unusable(f"model {model.version}: {type(wrong).__name__}: {wrong}") from wrong
    if not 0 <= decision.score <= 1:
        raise Unusable(f"model {model.version}: gives {decision.score}, need 0 to 1")
    return judge


@dataclass(frozen=True, slots=True)
class State:
    """What is, here and in the registry."""

    live: str
    """Which model the asked process decides with."""
    roles: Roles
    history: Sequence[Move]


class Registry:
    """Models by their roles."""

    def __init__(
        self,
        models: Models,
        results: Results,
        switched: Switched,
        *,
        committed: str,
        opens: Open,
    ) -> None:
        """`committed` is the version that decides while the registry names none."""
        self.models = models
        self._results = results
        self._switched = switched
        self._committed = committed
        self._opens = opens
        self._thread = yielding("report")

    async def state(self) -> State:
        """Asked anew."""
        roles = dict(await self.models.roles())
        roles.setdefault(Alias.CHAMPION, self._committed)
        history = await self.models.history(_HISTORY)
        return State(self._switched.live.scorer.version, roles, history)

    async def publish(self, model: Model, actor: str) -> bool:
        """Keep a model that this service can run; others are refused by the reason."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, warm, self._opens, model)
        return await self.models.publish(model, actor)

    async def report(self) -> dict[str, Any]:
        """The challenger held against the champion, on the payments that both judged."""
        roles = (await self.state()).roles
        if Alias.CHALLENGER not in roles:
            raise Refused("no model is the challenger; make one: POST /v1/models/challenger")
        who = {alias.value: roles[alias] for alias in (Alias.CHAMPION, Alias.CHALLENGER)}
        limits = {name: _limits(await self.models.get(version)) for name, version in who.items()}
        pairs = await self._results.pairs(who["champion"], who["challenger"], _MOST_PAIRS)
        loop = asyncio.get_running_loop()
        return who | await loop.run_in_executor(self._thread, report, _duel(pairs), limits)


def _limits(model: Model) -> Thresholds:
    given = model.card["thresholds"]
    return Thresholds(given["review"], given["decline"])


def _duel(pairs: Pairs) -> Duel:
    return Duel(
        times=pairs.times,
        cards=pairs.customers,
        champion=pairs.champion,
        challenger=pairs.challenger,
        frauds=pairs.frauds,
        labelled=pairs.labelled,
    )
