"""How each server is installed, started and asked; each listens on loopback alone."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx

from app.domain.features import FEATURES
from app.models import CHAMPION, FOLDER
from tests.e2e.processes import PROC
from tests.load.generators import ROOT
from tests.load.peers.model import MODEL
from tests.prove.errors import ProveError

HERE = "127.0.0.1"
FILE = FOLDER / CHAMPION / "model.onnx"
KEY = "a-key-for-loopback-alone"
STARTS = 180.0
"""Seconds that a server has until its first right answer."""
PATIENCE = 15.0
"""Seconds for a server to end."""
MARK = "BULWARK_PEER"
"""In the environment of every process of a server."""
Row = Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Server:
    """One way to put the model behind HTTP."""

    name: str
    venv: str
    """The environment's folder; its lock is `requirements-<rest>.lock`."""
    path: str
    body: Callable[[Row], Any]
    """What is sent for one row."""
    scores: Callable[[Any], list[float]]
    """What an answer says."""
    command: Callable[[int, Path], Sequence[str]]
    """Given a port and a folder to write to."""
    environment: Mapping[str, str] = field(default_factory=dict)

    def install(self) -> str | None:
        """Nothing once its environment is there, otherwise why it can not be."""
        made = subprocess.run(
            ["make", f"{self.venv}/installed"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode == 0:
            return None
        said = (made.stdout + made.stderr).strip().splitlines() or ["nothing was printed"]
        return next((line for line in said if "ERROR" in line or "error" in line), said[-1])


def _python(venv: str, *arguments: str) -> list[str]:
    return [f"{venv}/bin/python", *arguments]


def _mlserver(port: int, folder: Path) -> list[str]:
    """Its settings are files. No parallel workers: the one process loads and runs the model."""
    server = {
        "host": HERE, "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2,
        "parallel_workers": 0, "debug": False, "metrics_endpoint": None,
    }  # fmt: skip
    model = {"name": "fraud", "implementation": "tests.load.peers.by_mlserver.Fraud"}
    (folder / "settings.json").write_text(json.dumps(server))
    (folder / "model-settings.json").write_text(json.dumps(model))
    return [".venv-peer-mlserver/bin/mlserver", "start", str(folder)]


SERVERS: tuple[Server, ...] = (
    Server(
        name="bulwark",
        venv=".venv",
        path="/v1/score/features",
        body=lambda row: {"features": list(FEATURES), "rows": [list(row)]},
        scores=lambda answer: list(answer["scores"]),
        command=lambda *_: _python(".venv", "-m", "app", "api"),
        # Given features need no store: nothing listens on those ports.
        environment={
            "FRAUD_HOST": HERE, "FRAUD_API_KEY": KEY,
            "FRAUD_POSTGRES_HOST": HERE, "FRAUD_POSTGRES_PORT": "9", "FRAUD_POSTGRES_DATABASE": "-",
            "FRAUD_POSTGRES_USER": "-", "FRAUD_POSTGRES_PASSWORD": "-",
            "FRAUD_REDIS_HOST": HERE, "FRAUD_REDIS_PORT": "9",
        },
    ),
    Server(
        name="mlserver",
        venv=".venv-peer-mlserver",
        path="/v2/models/fraud/infer",
        body=lambda row: {
            "inputs": [
                {"name": "rows", "shape": [1, len(row)], "datatype": "FP64", "data": list(row)}
            ]
        },
        scores=lambda answer: list(answer["outputs"][0]["data"]),
        command=_mlserver,
    ),
    Server(
        name="bentoml",
        venv=".venv-peer-bentoml",
        path="/score",
        body=lambda row: {"rows": [list(row)]},
        scores=list,
        command=lambda port, _: [
            ".venv-peer-bentoml/bin/bentoml", "serve", "tests.load.peers.by_bentoml:Fraud",
            "--working-dir", str(ROOT), "--host", HERE, "--port", str(port),
        ],
        environment={"BENTOML_DO_NOT_TRACK": "true"},
    ),
    Server(
        name="ray",
        venv=".venv-peer-ray",
        path="/",
        body=lambda row: {"rows": [list(row)]},
        scores=list,
        command=lambda port, folder: _python(
            ".venv-peer-ray", "tests/load/peers/by_ray.py", str(port), str(folder)
        ),
        environment={"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"},
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A server at work."""

    mark: str
    """All of its processes carry it."""
    process: subprocess.Popen[bytes]
    """The first of them."""

    @property
    def ended(self) -> bool:
        """Whether it gave up by itself."""
        return self.process.poll() is not None


@contextmanager
def serving(server: Server, port: int, folder: Path, cores: str) -> Iterator[Served]:
    """The server at work on these cores."""
    mark = f"{server.name}-{token_hex(8)}"
    told = dict(server.environment) | {
        MARK: mark, MODEL: str(FILE), "PYTHONPATH": str(ROOT), "FRAUD_PORT": str(port),
        "BENTOML_HOME": str(folder / "bentoml"), "ORT_DISABLE_TELEMETRY": "1",
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    with (folder / f"{server.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [
                "setpriv",
                "--pdeathsig",
                "KILL",
                "taskset",
                "-c",
                cores,
                *server.command(port, folder),
            ],
            cwd=ROOT,
            env=os.environ | told,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Served(mark, process)
        finally:
            _end(process, mark)


def members(mark: str) -> list[int]:
    """All live processes of a server. Some leave its group and its session, none its mark."""
    wanted, found = f"{MARK}={mark}".encode(), []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def _end(process: subprocess.Popen[bytes], mark: str) -> None:
    """Asked first, then killed; nothing of it is left."""
    for sig, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, PATIENCE)):
        for pid in members(mark):
            with suppress(ProcessLookupError):
                os.kill(pid, sig)
        end = time.monotonic() + patience
        while members(mark) and time.monotonic() < end:
            process.poll()
            time.sleep(0.2)
    process.wait(timeout=PATIENCE)


def wait_right(server: Server, url: str, row: Row, score: float, served: Served) -> float:
    """The difference from the model's own score, once the server answers."""
    end, why = time.monotonic() + STARTS, "no answer"
    while time.monotonic() < end:
        if served.ended:
            raise ProveError(f"{server.name} ended at once; its log has the reason")
        try:
            answer = httpx.post(url, json=server.body(row), headers={"X-API-Key": KEY}, timeout=5)
            if answer.status_code == httpx.codes.OK:
                return abs(server.scores(answer.json())[0] - score)
            why = f"{answer.status_code} {answer.text[:100]}"
        except httpx.HTTPError as error:
            why = f"{type(error).__name__}"
        time.sleep(0.5)
    raise ProveError(f"{server.name} gave no right answer in {STARTS:.0f} s: {why}")
