"""What all routes behind the key have in common."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import APIRouter, Security
from fastapi.security import APIKeyHeader

from app.api.bodies import Problem

Responses = dict[int | str, dict[str, Any]]

_PROBLEMS: Final[Responses] = {
    401: {"description": "X-API-Key is missing or wrong."},
    404: {"description": "There is no such thing."},
    409: {"description": "It contradicts what stands; the line says how."},
    413: {"description": "The body is larger than 1 MiB."},
    422: {"description": "A field is missing, unknown or out of its range."},
    503: {
        "description": "Nothing was acknowledged; tell it again, under the same id.",
        "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
    },
}
_ALWAYS: Final = (401, 413, 422, 503)


def documented(
    prefix: str, tag: str, *, also: Iterable[int] = (), own: Responses | None = None
) -> APIRouter:
    """A router whose routes are in the OpenAPI document with their names, key and refusals.

    `also` names further refusals by their status; `own` says some in the routes' own words. The key
    is only described here: the edge holds the door.
    """
    responses: Responses = {
        status: {"model": Problem, **_PROBLEMS[status]} for status in (*_ALWAYS, *also)
    }
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        responses=responses | (own or {}),
        dependencies=[Security(APIKeyHeader(name="X-API-Key", auto_error=False))],
        generate_unique_id_function=lambda route: route.name,
    )
