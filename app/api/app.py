"""The HTTP face."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from starlette.types import ASGIApp

from app.api import audit, decisions, labels, lists, models, probes, ratings, rules, scores
from app.api.analysts import Analysts
from app.api.edge import Edge, Lifecycle
from app.api.problems import answer_problems
from app.labels import Labelling
from app.line import Limits
from app.ports.lease import Alone, Lease
from app.rating import Rating
from app.registry import Registry
from app.rounds import Rounds
from app.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Connected:
    """What the running app works with."""

    scoring: Rounds
    rating: Rating
    labelling: Labelling
    registry: Registry
    analysts: Analysts
    unready: Callable[[], Awaitable[str | None]]
    """Why the service can not answer now, or nothing."""


Connect = Callable[[], AbstractAsyncContextManager[Connected]]


def create_app(
    connect: Connect,
    telemetry: Telemetry,
    lifecycle: Lifecycle,
    lease: Lease | None = None,
    limits: Limits | None = None,
) -> FastAPI:
    """The routes. `connect` opens what they need when the app starts and closes it when it ends.

    Without a `lease` there is no other region. `limits` are those of the line behind them.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connect() as connected:
            app.state.connected = connected
            app.state.desk = scores.Desk(connected.scoring.score, telemetry)
            yield

    app = FastAPI(
        title="Bulwark fraud scoring",
        version=_version(),
        description="Decides card payments. An answered decision is on two instances' disks.",
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from elsewhere; /openapi.json has it all
        redoc_url=None,
        separate_input_output_schemas=False,  # a rule set is read as it is written
    )
    app.state.telemetry = telemetry
    app.state.lifecycle = lifecycle
    app.state.lease = lease or Alone()
    app.state.limits = limits or Limits()
    for routes in (scores, ratings, labels, models, rules, lists, audit, decisions, probes):
        app.include_router(routes.router)
    answer_problems(app)
    return app


def guarded(app: FastAPI, key: str) -> ASGIApp:
    """The app behind its edge: what is served."""
    state, directs = app.state, {**scores.DIRECT, **ratings.DIRECT}
    return Edge(
        app,
        key=key,
        telemetry=state.telemetry,
        lifecycle=state.lifecycle,
        directs=directs,
        lease=state.lease,
        most=state.limits.in_flight,
    )


def _version() -> str:
    try:
        return version("bulwark")
    except PackageNotFoundError:  # run from a checkout or the image, where nothing is installed
        return "0.1.0"
