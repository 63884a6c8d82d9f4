"""One bucket through boto3, which Barman's image has."""

from collections.abc import Callable
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from components.verification_job.errors import VerificationError

T = TypeVar("T")
# A pod's network paths open some moments after it began.
PATIENT = {"connect_timeout": 5, "read_timeout": 60, "retries": {"total_max_attempts": 6}}


class Bucket:
    """Named objects, read and written whole."""

    def __init__(self, told: dict[str, str]) -> None:
        """`told` has the bucket's `name` and `region`; perhaps an `endpoint`, an `encryption`."""
        self._name = told["name"]
        encryption = told.get("encryption")
        self._also = {"ServerSideEncryption": encryption} if encryption else {}
        self._client: Any = boto3.client(
            "s3",
            region_name=told["region"],
            endpoint_url=told.get("endpoint") or None,
            config=Config(**PATIENT),
        )

    def put(self, key: str, body: bytes) -> None:
        """Write an object."""
        self._told(
            key,
            lambda: self._client.put_object(Bucket=self._name, Key=key, Body=body, **self._also),
        )

    def get(self, key: str) -> bytes:
        """Read an object."""
        return self._told(key, lambda: self._read(key))

    def names(self, prefix: str) -> list[str]:
        """All keys that begin so, in order."""
        return sorted(self._told(prefix, lambda: self._listed(prefix)))

    def delete(self, key: str) -> None:
        """Take an object away."""
        self._told(key, lambda: self._client.delete_object(Bucket=self._name, Key=key))

    def _read(self, key: str) -> bytes:
        body: bytes = self._client.get_object(Bucket=self._name, Key=key)["Body"].read()
        return body

    def _listed(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self._name, Prefix=prefix)
        return [one["Key"] for page in found for one in page.get("Contents", ())]

    def _told(self, what: str, act: Callable[[], T]) -> T:
        """Errors in one line."""
        try:
            return act()
        except (BotoCoreError, ClientError) as wrong:
            raise VerificationError(f"s3://{self._name}/{what}: {wrong}") from None
