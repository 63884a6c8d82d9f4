"""What the policies cannot see, they cannot judge."""

from __future__ import annotations

from collections.abc import Iterator

from policies.policy import Manifest, Subject


def opaque(manifest: Manifest) -> Iterator[Subject]:
    """Picks resources that stand for many objects: lists, and releases that only Helm unpacks."""
    kind = str(manifest.get("kind"))
    if kind == "Release" or (kind.endswith("List") and "items" in manifest):
        yield Subject(where="it", body=manifest, owner=manifest)


def hides_objects(manifest: Manifest) -> Iterator[str]:
    """Objects that no policy gets to see."""
    yield f"is a {manifest['kind']}, whose objects go unjudged; use Chart or ConfigFile"
