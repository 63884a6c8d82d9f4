"""One trial: a region is lost, the other one takes over by itself, and writing goes back."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from local.progress import Progress
from runbooks.errors import RunbookError
from runbooks.moves import failback
from runbooks.region import Region
from runbooks.steps import Steps
from runbooks.watchman import Watchman
from tests.drills import journal
from tests.drills.clients import Clients
from tests.drills.clock import now
from tests.drills.gap import steady
from tests.drills.regions.faults import FAULTS
from tests.drills.regions.ground import Ground
from tests.drills.regions.insiders import Insider
from tests.drills.regions.judging import Seen, judged
from tests.e2e.waiting import until
from tests.prove.errors import ProveError
from tests.prove.evidence import today
from tests.prove.figures import Trial

CALM = 8.0
TAKEN_OVER = 120.0


@dataclass
class Guarded:
    """A watchman in a thread of his own, as `make watch` is."""

    ground: Ground
    steps: Steps = field(default_factory=lambda: Steps(tell=lambda _: None))
    error: str = ""

    def __post_init__(self) -> None:
        self.watchman = Watchman(self.ground.place)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.watchman.guard(self.steps)
        except RunbookError as wrong:
            self.error = str(wrong)


def perform(fault: str, ground: Ground) -> Trial:
    """From two whole regions to two whole regions. It is kept, whatever it shows."""
    strike, mend = FAULTS[fault]
    name = f"region-{fault}"
    steps = {"arrange": 20.0, "calm": CALM, "take over": 20.0, "mend and go back": 120.0}
    progress = Progress({**steps, "judge": 10.0})
    trial_id = f"{name}-{secrets.token_hex(3)}"
    with progress.step("arrange"):
        ground.wait_whole()
    home, other = ground.place.regions
    clients, guarded, back = Clients(ground.stack), Guarded(ground), Steps(tell=lambda _: None)
    struck = 0.0
    try:
        with insiders(ground, trial_id) as inside, clients.working():
            guarded.thread.start()
            with progress.step("calm"):
                time.sleep(CALM)
                until(lambda: steady(clients.acknowledged(), now()), within=60, what="steadiness")
            with progress.step("take over"):
                struck = now()
                strike(ground.cluster(home))
                guarded.thread.join(TAKEN_OVER)
                _must_have_taken_over(ground, guarded, other)
                clients.wait_steady(struck, within=TAKEN_OVER, every=0.2)
            with progress.step("mend and go back"):
                mended = now()
                mend(ground.cluster(home))
                failback(ground.place, back)
                clients.wait_steady(now(), within=TAKEN_OVER, every=0.2)
                ground.wait_whole()
    except (AssertionError, RunbookError, ProveError) as wrong:
        if struck:
            journal.append(
                {"drill": name, "id": trial_id, "pins": ground.mark, "date": today(),
                 "broke_off": str(wrong)}
            )  # fmt: skip
        raise ProveError(f"{name}: {wrong}") from wrong
    with progress.step("judge"):
        seen = Seen(
            name=name, id=trial_id, fault=struck, mended=mended, clients=clients,
            insiders=inside, lost_at=guarded.watchman.lost_at or struck,
            taken_over=guarded.steps, gone_back=back,
        )  # fmt: skip
        trial = judged(ground, seen)
    journal.append(trial)
    return trial


@contextmanager
def insiders(ground: Ground, trial: str) -> Iterator[dict[str, Insider]]:
    """A client inside each region."""
    made = {
        region.name: Insider(
            ground.cluster(region), region.url, journal.FOLDER / trial / f"{region.name}.jsonl"
        )
        for region in ground.place.regions
    }
    with ExitStack() as running:
        for insider in made.values():
            running.enter_context(insider.telling(ground.stack.api_key))
        yield made


def _must_have_taken_over(ground: Ground, guarded: Guarded, other: Region) -> None:
    if guarded.error:
        raise ProveError(guarded.error)
    if guarded.thread.is_alive():
        raise ProveError(f"{other.name} did not take over within {TAKEN_OVER:.0f} s")
    if ground.place.writer().name != other.name:
        raise ProveError(f"{other.name} should write by now")
