"""What the cluster asks."""

from fastapi import APIRouter, Request, Response

from app.api.problems import problem
from app.ports.lease import Elsewhere

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process turns its event loop. Nothing that a restart could not mend belongs here."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """The schema is there and Postgres answers. Without Redis we are degraded, but ready."""
    state = request.app.state
    why = "draining" if state.lifecycle.draining else await state.connected.unready()
    return problem(503, "unavailable", why) if why else Response('{"status": "ok"}')


@router.get("/leadz")
async def leadz(request: Request) -> Response:
    """This region acknowledges: what is in front of several regions asks this of each."""
    held = request.app.state.lease.held
    return Response('{"status": "ok"}') if held else problem(503, "unavailable", str(Elsewhere()))


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """For Prometheus."""
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return Response(request.app.state.telemetry.exposition(), media_type=kind)
