"""The OpenAPI document, without a server: `python -m app.openapi > build/openapi.json`."""

import json
from contextlib import AbstractAsyncContextManager
from typing import Any

from app.api.app import Connected, create_app
from app.api.edge import Lifecycle
from app.telemetry import Telemetry


def document() -> dict[str, Any]:
    """What clients are made from."""
    return create_app(_unconnected, Telemetry(), Lifecycle()).openapi()


def _unconnected() -> AbstractAsyncContextManager[Connected]:
    raise NotImplementedError("an app that only describes itself")


if __name__ == "__main__":
    print(json.dumps(document(), indent=2, sort_keys=True))
