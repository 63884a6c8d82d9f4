"""The two that send: locust, whose clients await their answers, and vegeta, which does not."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local import tools
from local.errors import EngineError
from tests.load.answers import Answers, of_locust, of_vegeta
from tests.load.knee import MOST
from tests.prove.errors import ProveError

ROOT = Path(__file__).parents[2]
LOCUST = ROOT / ".venv-load" / "bin" / "locust"
LONGEST = 900
"""Seconds: no generator of ours is ever told to send for longer."""
TIMEOUT = 10
"""Seconds that a request may take."""
STARTS = 30.0
"""Seconds in which a generator has begun, its tape read."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a generator is to do."""

    url: str
    key_file: Path
    tape: Path
    rate: int
    """Requests per second; 0 is as many as come back with `clients` connections."""
    seconds: float
    folder: Path
    """For what it writes."""
    clients: int = 0
    again: bool = False
    """Whether the tape begins anew at its end; otherwise that is the end of the load."""
    bodies: bool = False
    """Whether answers are kept whole, which costs the generator."""
    cores: str = ""
    """Cores to keep to, as taskset writes them; empty is any."""

    def __post_init__(self) -> None:
        """Refuse more load than any of our measurements needs."""
        if not (0 <= self.rate <= MOST and 0 < self.seconds <= LONGEST):
            raise ProveError(
                f"load of {self.rate} requests/s for {self.seconds:.0f} s refused: allowed are"
                f" {MOST} requests/s and {LONGEST} s"
            )
        if not self.rate and not self.clients:
            raise ProveError("load without a rate needs a number of clients")


@dataclass(frozen=True)
class Running:
    """A generator at work."""

    process: subprocess.Popen[bytes]
    begun: Callable[[], bool]
    answers: Callable[[], Answers]
    """Once it is done."""

    def wait_begun(self) -> None:
        """Return when the first requests leave."""
        end = time.monotonic() + STARTS
        while not self.begun():
            if self.process.poll() is not None or time.monotonic() > end:
                raise ProveError(f"the generator {self.process.args!r} did not begin to send")
            time.sleep(0.02)

    def stop(self) -> None:
        """Send nothing more and wait for what is under way."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=TIMEOUT + 30)


@contextmanager
def vegeta(job: Job) -> Iterator[Running]:
    """An open loop: requests leave by the clock, however long the answers take.

    The outside world does not wait for a turn on the target's cores, so as root neither does this.
    """
    program, out = vegeta_program(), job.folder / "vegeta.bin"
    first = ["chrt", "--rr", "1"] if os.geteuid() == 0 else []
    command = [
        *first, program, "attack", "-format=json", f"-targets={job.tape}", f"-output={out}",
        f"-rate={job.rate}/1s", f"-duration={job.seconds}s", f"-timeout={TIMEOUT}s",
        f"-max-body={-1 if job.bodies else 0}", "-http2=false", "-redirects=0",
    ]  # fmt: skip
    if not job.again:
        command.append("-lazy")
    if not job.rate:
        command += [f"-max-workers={job.clients}", f"-workers={job.clients}"]

    def answers() -> Answers:
        rows = out.with_suffix(".csv")
        encode = [program, "encode", "-to=csv", f"-output={rows}", str(out)]
        subprocess.run(encode, check=True, timeout=300)
        return of_vegeta(rows)

    out.unlink(missing_ok=True)
    with _started(command, job, {}) as process:
        yield Running(process, lambda: out.exists() and out.stat().st_size > 0, answers)


@contextmanager
def locust(job: Job) -> Iterator[Running]:
    """A closed loop: a client sends its next request when the last one is answered."""
    begun, rows = job.folder / "locust.begun", job.folder / "locust.csv"
    for old in (begun, rows):
        old.unlink(missing_ok=True)
    users = str(max(1, job.rate // 10))
    command = [
        str(LOCUST), "--locustfile", str(ROOT / "tests" / "load" / "locustfile.py"), "--headless",
        "--host", job.url, "--users", users, "--spawn-rate", users, "--only-summary",
        "--run-time", f"{job.seconds:.0f}s", "--stop-timeout", "2", "--loglevel", "ERROR",
        "--exit-code-on-error", "0",
    ]  # fmt: skip
    told = {
        "LOAD_KEY_FILE": job.key_file, "LOAD_TAPE": job.tape,
        "LOAD_ANSWERS": rows, "LOAD_BEGUN": begun,
    }  # fmt: skip
    with _started(command, job, {name: str(value) for name, value in told.items()}) as process:
        yield Running(process, begun.exists, lambda: of_locust(rows))


GENERATORS = {"locust": locust, "vegeta": vegeta}


def vegeta_program() -> str:
    """Ours, built from the pinned module; a machine's own if the tools have none."""
    try:
        return str(tools.binary("vegeta"))
    except EngineError as missing:
        found = shutil.which("vegeta")
        if not found:
            raise ProveError(f"{missing} (or put vegeta on PATH)") from None
        return found


@contextmanager
def _started(
    command: list[str], job: Job, told: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, which does not outlive the block nor us."""
    pinned = ["taskset", "--cpu-list", job.cores] if job.cores else []
    with (job.folder / "generator.log").open("wb") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *pinned, *command],
            cwd=ROOT,
            env=os.environ | told,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
