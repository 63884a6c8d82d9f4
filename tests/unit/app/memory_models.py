"""The registry in memory, and models that need no file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from app.domain.features import FEATURES
from app.domain.scoring import Judge, Thresholds
from app.domain.transactions import Floats
from app.ports.decisions import LogAway
from app.ports.models import Alias, Gate, Kind, Model, Move, Roles, Unusable
from app.ports.refusals import Refused, Unknown
from app.ports.shadow import Pair, Pairs

CARD: Mapping[str, Any] = {"sha256": "0", "thresholds": {"review": 0.3, "decline": 0.6}}


class ScaledModel:
    """The fraud probability is the amount, in some parts."""

    def __init__(self, version: str, parts: float) -> None:
        self.version, self.parts = version, parts

    def probabilities(self, rows: Floats) -> Floats:
        return rows[:, 0] / self.parts


def judge(version: str, parts: float = 1000) -> Judge:
    return Judge(ScaledModel(version, parts), Thresholds(0.3, 0.6), np.ones(len(FEATURES)))


def opens(version: str, _: Mapping[str, Any], artifact: bytes) -> Judge:
    """What `model` makes."""
    if artifact == b"broken":
        raise Unusable(f"model {version}: broken")
    return judge(version, float(artifact))


def model(version: str, artifact: bytes = b"1000") -> Model:
    return Model(version, CARD, artifact)


class MemoryModels:
    """Lets aliases move by the same rules as the table does."""

    def __init__(self, committed: str = "amount-1") -> None:
        self.committed = committed
        self.kept: dict[str, Model] = {}
        self.given: dict[Alias, str] = {}
        self.moves: list[Move] = []
        self.gates_kept: list[Gate] = []
        self.away = False
        self.fetched: list[str] = []

    async def roles(self) -> Roles:
        if self.away:
            raise LogAway("away")
        return dict(self.given)

    async def get(self, version: str) -> Model:
        self.fetched.append(version)
        if version not in self.kept:
            raise Unknown(f"there is no model {version}")
        return self.kept[version]

    async def publish(self, model: Model, actor: str) -> bool:
        known = self.kept.setdefault(model.version, model)
        if known.artifact != model.artifact:
            raise Refused(f"model {model.version} is kept with other bytes, {actor}")
        return known is model

    async def judged(self, gate: Gate) -> None:
        self.gates_kept.append(gate)

    async def gates(self, version: str, most: int) -> Sequence[Gate]:
        return [gate for gate in self.gates_kept[::-1] if gate.version == version][:most]

    async def challenge(self, version: str | None, actor: str, reason: str) -> None:
        if version is not None:
            await self.get(version)
        self._give(Alias.CHALLENGER, version, Kind.CHALLENGE, actor, reason)

    async def promote(self, version: str, actor: str, reason: str, *, forced: bool) -> None:
        await self.get(version)
        live = self.given.get(Alias.CHAMPION, self.committed)
        passed = any(gate.passed and gate.version == version for gate in self.gates_kept)
        if not forced and not passed:
            raise Refused(f"model {version} has not passed a gate")
        kind = Kind.FORCED if forced else Kind.PROMOTION
        self._give(Alias.CHAMPION, version, kind, actor, reason)
        self._give(Alias.PREVIOUS, live, kind, actor, reason)

    async def roll_back(self, expected: str | None, actor: str, reason: str) -> str:
        live, previous = self.given.get(Alias.CHAMPION), self.given.get(Alias.PREVIOUS)
        if expected not in {None, live} or previous is None:
            raise Refused(f"model {live} decides; there is none to go back to")
        self._give(Alias.CHAMPION, previous, Kind.ROLLBACK, actor, reason)
        self._give(Alias.PREVIOUS, None, Kind.ROLLBACK, actor, reason)
        return previous

    async def history(self, most: int) -> Sequence[Move]:
        return self.moves[::-1][:most]

    def _give(self, alias: Alias, version: str | None, kind: Kind, actor: str, why: str) -> None:
        self.moves.append(Move(alias, version, kind, actor, why, datetime(2018, 8, 8, tzinfo=UTC)))
        if version is None:
            self.given.pop(alias, None)
        else:
            self.given[alias] = version


class MemoryResults:
    def __init__(self) -> None:
        self.stored: dict[str, list[Pair]] = {}
        self.away = False
        self.columns: Pairs | None = None

    async def keep(self, challenger: str, pairs: Sequence[Pair]) -> None:
        if self.away:
            raise LogAway("away")
        self.stored.setdefault(challenger, []).extend(pairs)

    async def pairs(self, champion: str, challenger: str, most: int) -> Pairs:
        assert champion != challenger
        assert most > 0
        none = np.empty(0)
        empty = Pairs(none.astype(np.int64), none.astype(np.int64), none, none, none > 0, none > 0)
        return self.columns or empty
