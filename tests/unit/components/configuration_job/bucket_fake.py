"""Objects in memory, and a boto3 before them: the real one lives in the job's image."""

import io
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class Refused(Exception):  # noqa: N818 (as boto's ClientError is called by what it is)
    """What the store did not do."""


class Store:
    """The calls that the job makes, on a dictionary."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[dict[str, Any]] = []
        self.spoil = False

    def opened(self, kind: str, **given: Any) -> "Store":
        assert kind == "s3"
        self.asked.append(given)
        return self

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **also: Any) -> None:  # noqa: N803
        self.asked.append({"Bucket": Bucket, **also})
        self.objects[Key] = Body[:-1] if self.spoil and Key.endswith("gz") else Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise Refused(f"NoSuchKey in {Bucket}")
        return {"Body": io.BytesIO(self.objects[Key])}

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        assert Bucket
        del self.objects[Key]

    def get_paginator(self, verb: str) -> "Store":
        assert verb == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        """Two pages, the second without anything."""
        assert Bucket
        yield {"Contents": [{"Key": key} for key in self.objects if key.startswith(Prefix)]}
        yield {}


def boto(store: Store) -> dict[str, ModuleType]:
    """The modules that the job imports."""
    made = {name: ModuleType(name) for name in ("boto3", "botocore", "botocore.config")}
    errors = ModuleType("botocore.exceptions")
    vars(made["boto3"])["client"] = store.opened
    vars(made["botocore.config"])["Config"] = dict
    vars(errors).update(BotoCoreError=Refused, ClientError=Refused)
    return made | {"botocore.exceptions": errors}
