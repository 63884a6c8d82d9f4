"""How long requests took, by route."""

import re
from collections.abc import Callable, Iterable

from app.telemetry import Telemetry


class Timing:
    """Observes requests under the paths of their routes, and all others under one name."""

    def __init__(self, telemetry: Telemetry, paths: Iterable[str]) -> None:
        self._requests = telemetry.requests
        self._patterns = [(re.compile(_pattern(path)), path) for path in paths]
        self._observed: dict[tuple[str, int], Callable[[float], None]] = {}

    def observe(self, path: str, status: int, seconds: float) -> None:
        """Count a request. Looking its metric up costs more than counting it: they are kept."""
        observe = self._observed.get((path, status))
        if observe is None:
            found = next((name for one, name in self._patterns if one.fullmatch(path)), "other")
            observe = self._requests.labels(found, status).observe
            if found == path:  # whatever else somebody asks for is not remembered
                self._observed[path, status] = observe
        observe(seconds)


def _pattern(path: str) -> str:
    """Of `/things/{id}`: what it stands for."""
    return "[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", path)))
