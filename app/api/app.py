"""The HTTP face."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from starlette.types import ASGIApp

from app.api import labels, models, probes, scores
from app.api.edge import Edge, Lifecycle
from app.api.problems import answer_problems
from app.labels import Labelling
from app.registry import Registry
from app.scoring import Scoring
from app.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Connected:
    """What the running app works with."""

    scoring: Scoring
    labelling: Labelling
    registry: Registry
    unready: Callable[[], Awaitable[str | None]]
    """Why the service can not answer now, or nothing."""


Connect = Callable[[], AbstractAsyncContextManager[Connected]]


def create_app(connect: Connect, telemetry: Telemetry, lifecycle: Lifecycle) -> FastAPI:
    """The routes. `connect` opens what they need when the app starts and closes it when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connect() as connected:
            app.state.connected = connected
            yield

    app = FastAPI(
        title="Bulwark fraud scoring",
        version=_version(),
        description="Decides card payments. An answered decision is on two instances' disks.",
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from elsewhere; /openapi.json has it all
        redoc_url=None,
    )
    app.state.telemetry = telemetry
    app.state.lifecycle = lifecycle
    app.include_router(scores.router)
    app.include_router(labels.router)
    app.include_router(models.router)
    app.include_router(probes.router)
    answer_problems(app)
    return app


def guarded(app: FastAPI, key: str) -> ASGIApp:
    """The app behind its edge: what is served."""
    return Edge(app, key=key, telemetry=app.state.telemetry, lifecycle=app.state.lifecycle)


def _version() -> str:
    try:
        return version("bulwark")
    except PackageNotFoundError:  # run from a checkout or the image, where nothing is installed
        return "0.1.0"
