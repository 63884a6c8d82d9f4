"""Rule sets, lists, their audit and recorded decisions, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.api.analysts import Analysts
from app.domain.pasts import Past
from app.domain.ruled import Ruled
from app.domain.rules import BUILT_IN, Party, RuleSet
from app.domain.ruling import Lists
from app.domain.scoring import Outcome
from app.domain.transactions import Transaction
from app.domain.windows import CustomerWindow, TerminalWindow
from app.hindsight import Hindsight
from app.ports.archive import Archived, Excerpt, Known, Place
from app.ports.decisions import Decided, LogAway
from app.ports.refusals import Refused, Unknown
from app.ports.rules import Change, Entry, Standing, State, Stored
from app.trials import Trials

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class MemoryRules:
    """All three books."""

    def __init__(self) -> None:
        self.versions: dict[int, Stored] = {}
        self.on_lists: dict[tuple[str, Party, int], Entry] = {}
        self.audited: list[Change] = []
        self.away = False

    async def create(self, rules: RuleSet, note: str, actor: str) -> Stored:
        version = len(self.versions) + 1
        rules = replace(rules, version=version)
        stored = Stored(rules, note, State.DRAFT, actor, NOW, 1, None, None, None, None)
        self.versions[version] = stored
        self._write(actor, "draft", f"rules {version}")
        return stored

    async def replace(self, rules: RuleSet, note: str, actor: str) -> Stored:
        before = await self.get(rules.version)
        if before.state is not State.DRAFT:
            raise Refused(f"rules {rules.version} is {before.state}")
        edition = before.edition + 1
        stored = Stored(rules, note, State.DRAFT, actor, NOW, edition, None, None, None, None)
        self.versions[rules.version] = stored
        self._write(actor, "draft", f"rules {rules.version}")
        return stored

    async def get(self, version: int) -> Stored:
        self._answer()
        if version not in self.versions:
            raise Unknown(f"there is no rule set {version}")
        return self.versions[version]

    async def page(self, before: int, limit: int) -> Sequence[Stored]:
        versions = sorted((one for one in self.versions if one < before), reverse=True)
        return [self.versions[one] for one in versions[:limit]]

    async def tested(self, stored: Stored, found: Mapping[str, Any], actor: str) -> None:
        version = stored.rules.version
        self.versions[version] = replace(self.versions[version], test=found, tested_at=NOW)
        self._write(actor, "test", f"rules {version}")

    async def go_live(self, version: int, actor: str, why: str, *, forced: bool) -> None:
        if version:
            after = await self.get(version)
            if after.state is State.DRAFT and not after.tested_at and not forced:
                raise Refused(f"rules {version} was not test-run")
        for one, stored in self.versions.items():
            if stored.state is State.LIVE:
                self.versions[one] = replace(stored, state=State.RETIRED)
        if version:
            after = self.versions[version]
            self.versions[version] = replace(after, state=State.LIVE, live_by=actor, live_at=NOW)
        self._write(actor, "live", f"rules {version}", why)

    async def standing(self, known: int | None) -> Standing | None:
        self._answer()
        revision = len(self.audited)
        if revision == known:
            return None
        live = [one.rules for one in self.versions.values() if one.state is State.LIVE]
        rules = live[0] if live else BUILT_IN
        ends = [one.expires_at for one in self.on_lists.values() if one.expires_at]
        return Standing(revision, rules, await self.lists(rules), min(ends, default=None))

    async def lists(self, named: RuleSet) -> Lists:
        assert named is not None
        ids: dict[tuple[str, Party], frozenset[int]] = {}
        for name, of, one in self.on_lists:
            ids[name, of] = ids.get((name, of), frozenset()) | {one}
        return ids

    async def names(self) -> Sequence[tuple[str, Party, int]]:
        keys = sorted({(name, of) for name, of, _ in self.on_lists})
        return [(*key, sum(entry[:2] == key for entry in self.on_lists)) for key in keys]

    async def entries(self, name: str, after: tuple[str, int], limit: int) -> Sequence[Entry]:
        found = sorted(key for key in self.on_lists if key[0] == name and key[1:] > after)
        return [self.on_lists[key] for key in found[:limit]]

    async def add(self, entries: Sequence[Entry], actor: str) -> None:
        for one in entries:
            added = replace(one, added_by=actor, added_at=NOW)
            self.on_lists[one.list, one.of, one.id] = added
            self._write(actor, "list", f"list {one.list}: {one.of} {one.id}", one.why)

    async def remove(self, name: str, of: Party, one: int, actor: str, why: str) -> None:
        if self.on_lists.pop((name, of, one), None) is None:
            raise Unknown(f"{of} {one} is not on the list {name}")
        self._write(actor, "unlist", f"list {name}: {of} {one}", why)

    async def changes(self, before: int, limit: int) -> Sequence[Change]:
        return [one for one in reversed(self.audited) if one.number < before][:limit]

    def _write(self, actor: str, action: str, subject: str, why: str = "") -> None:
        number = len(self.audited) + 1
        self.audited.append(Change(number, NOW, actor, action, subject, None, None, why))

    def _answer(self) -> None:
        if self.away:
            raise LogAway("postgres does not answer")


class MemoryArchive:
    """What the log holds, each payment recorded a second after the one before."""

    def __init__(self, recorded: Mapping[int, Decided]) -> None:
        self._recorded = recorded
        self.frauds: dict[int, bool] = {}
        self.looked_at = 1000

    async def find(self, transaction_id: int) -> Archived | None:
        found = [one for one in self._all() if one.place.transaction_id == transaction_id]
        return found[0] if found else None

    async def page(
        self, after: Place, until: datetime, outcomes: Sequence[Outcome], limit: int
    ) -> Excerpt:
        behind = [o for o in self._all() if o.place > after and o.place.recorded_at < until]
        looked = behind[: self.looked_at]
        found = [one for one in looked if one.decided.decision.outcome in outcomes][:limit]
        if len(found) == limit:
            return Excerpt(found, found[-1].place)
        return Excerpt(found, looked[-1].place if len(looked) < len(behind) else None)

    async def latest(self, before: Place, limit: int) -> Sequence[Known]:
        found = [one for one in reversed(self._all()) if one.place < before][:limit]
        return [Known(one.decided.payment, one.fraud, one.place) for one in found]

    def _all(self) -> list[Archived]:
        return [
            Archived(one, self.frauds.get(number), Place(NOW + timedelta(seconds=place), number))
            for place, (number, one) in enumerate(self._recorded.items())
        ]


class MemoryPast:
    """Nobody has paid before."""

    async def read(self, payments: Sequence[Transaction], at: Sequence[int]) -> Sequence[Past]:
        assert len(at) <= len(payments)
        return [Past(CustomerWindow.empty(), TerminalWindow.empty()) for _ in at]


def analysts(rules: MemoryRules, archive: MemoryArchive, ruled: Ruled) -> Analysts:
    hindsight = Hindsight(MemoryPast(), lambda: ruled.model)
    trials = Trials(archive, hindsight, lambda: ruled.model, lambda: ruled.ruling)
    return Analysts(rules, rules, rules, archive, trials, hindsight)
