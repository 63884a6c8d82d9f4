"""A misspelled key of a Kubernetes object, found without a cluster.

The SDK's types would do it under mypy, but at the pinned version they say `Mapping[str, Any]` to
mypy and the truth only at run time; so it is read there.
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pulumi._types import input_type_types, is_input_type


def unknown_keys(token: str, inputs: Mapping[str, Any]) -> list[str]:
    """Paths in the inputs of a built-in kind that its schema does not have."""
    _, module, kind = token.split(":")
    if not token.startswith("kubernetes:"):
        return []
    group, _, version = module.rpartition("/")
    package = f"pulumi_kubernetes.{group.removesuffix('.k8s.io')}.{version}"
    try:
        types = importlib.import_module(package)
    except ModuleNotFoundError:
        return []  # a custom resource: its own CRD judges it
    args = getattr(types, f"{kind}InitArgs", None) or getattr(types, f"{kind}Args")
    return list(_unknown(args, inputs, kind))


def _unknown(args: type, value: Mapping[str, Any], path: str) -> Iterator[str]:
    types = input_type_types(args)
    for key, item in value.items():
        if key not in types:
            if key not in {"apiVersion", "kind"}:
                yield f"{path}.{key}"
            continue
        inner = _object_in(types[key])
        for each in item if isinstance(item, Sequence) else [item]:
            if inner and isinstance(each, Mapping):
                yield from _unknown(inner, each, f"{path}.{key}")


def _object_in(annotation: Any) -> type | None:
    """The object's class inside Optional, Input, Sequence and Union."""
    if isinstance(annotation, type) and is_input_type(annotation):
        return annotation
    found = (_object_in(argument) for argument in get_args(annotation))
    return next((one for one in found if one), None)
