import pytest

from policies.policy import Manifest
from policies.visibility import hides_objects, opaque


@pytest.mark.parametrize("kind", ["Deployment", "AccessList"])
def test_an_object_of_its_own_passes(kind: str) -> None:
    assert not list(opaque({"kind": kind}))


@pytest.mark.parametrize(
    "manifest", [{"kind": "Release", "chart": "x"}, {"kind": "SecretList", "items": []}]
)
def test_one_resource_for_many_objects_is_refused(manifest: Manifest) -> None:
    (subject,) = opaque(manifest)

    assert list(hides_objects(subject.body)) == [
        f"is a {manifest['kind']}, whose objects go unjudged; use Chart or ConfigFile"
    ]
