"""Secrets that one could read in a state."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.e2e.keeper import Configuration
from tests.e2e.state_engine import State, StateError, resources

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks what is no plain value …"""
MARKED = "1b47061264138c4ac30d75fd1eb44270"
"""… and its value where that is a secret."""
SHORTEST = 12
"""A secret of fewer characters may be in any text by chance."""

PUBLIC = re.compile(r"(\.crt|username|key-id)$")
"""Keys of certificates and of accounts' names: they lie beside secrets and are none."""


def refuse_plain(state: State, known: Mapping[str, str]) -> None:
    """A state leaves this machine only if it holds no secret that one could read."""
    text = json.dumps(state)
    told = [name for name, value in known.items() if json.dumps(value)[1:-1] in text]
    if found := [*told, *plain(state)]:
        raise StateError(
            f"the state holds a secret that is not encrypted: {found[0]}"
            f"{f' and {len(found) - 1} more' if found[1:] else ''}; it was not kept"
        )


def plain(state: State) -> Iterator[str]:
    """What is marked as a secret and can be read, and the Secrets whose values can be."""
    for it in resources(state):
        for field in ("inputs", "outputs"):
            yield from (f"{it['urn']} {path}" for path in _readable(it.get(field), field))
        if it["type"] == "kubernetes:core/v1:Secret":
            for field in ("data", "stringData"):
                values = it.get("inputs", {}).get(field) or {}
                if not _encrypted(values) and not all(map(_encrypted, values.values())):
                    yield f"{it['urn']} {field}"


def _readable(value: object, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _readable(each, f"{path}[{index}]")
    elif isinstance(value, dict):
        if value.get(SIGNATURE) == MARKED and not _encrypted(value):
            yield path
        for key, each in value.items():
            yield from _readable(each, f"{path}.{key}")


def _encrypted(value: object) -> bool:
    is_secret = isinstance(value, dict) and value.get(SIGNATURE) == MARKED
    return is_secret and "ciphertext" in value and "plaintext" not in value  # type: ignore[operator]


def secrets_of(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Every value of the cluster's secrets that is one, by its name; certificates are not."""
    yield from worth_looking_for(configuration.core.list_secret_for_all_namespaces().items)


def worth_looking_for(found: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Values that nobody may read, long enough to be known by."""
    for secret in found:
        meta = secret.metadata
        for key, value in (secret.data or {}).items():
            text = base64.b64decode(value).decode(errors="replace")
            if len(text) >= SHORTEST and not PUBLIC.search(key):
                yield f"{meta.namespace}/{meta.name} {key}", text
