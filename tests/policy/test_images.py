import pytest

from policies.images import unpinned
from policies.manifests import sized


@pytest.mark.parametrize(
    "image",
    [
        "valkey:8.1.1",
        "docker.io/valkey/valkey:8.1.1",
        "10.76.0.1:5000/bulwark/fraud:1a2b3c",
        "10.76.0.1:5000/bulwark/fraud@sha256:00",
        "bulwark/fraud:latest@sha256:00",
        "latest:1",
    ],
)
def test_a_tag_or_a_digest_pins_an_image(image: str) -> None:
    assert not list(unpinned({"image": image}))


@pytest.mark.parametrize(
    "image", ["valkey", "valkey:latest", "10.76.0.1:5000/valkey", "10.76.0.1:5000/valkey:latest"]
)
def test_no_tag_and_latest_are_what_the_registry_makes_of_them(image: str) -> None:
    assert list(unpinned({"image": image})) == [
        f"runs {image}, which may change under us; name a tag other than latest, or a digest"
    ]


def test_an_image_left_out_is_not_pinned() -> None:
    assert list(unpinned({})) == ["names no image"]


def test_the_image_of_a_postgres_counts() -> None:
    ledger = {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "spec": {}}

    (subject,) = sized(ledger)

    assert list(unpinned(subject.body)) == ["names no image"]
