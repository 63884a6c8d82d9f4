import pytest

from components import versions
from local.images.table import IMAGES
from local.tools import OWNERS

PINNED = {name: value for name, value in vars(versions).items() if name.endswith("_IMAGE")}


def test_the_table_pins_some_images() -> None:
    assert len(PINNED) >= 4


@pytest.mark.parametrize("name", PINNED)
def test_an_image_that_a_part_runs_is_made_here_under_the_same_name(name: str) -> None:
    assert PINNED[name] in {image.name for image in IMAGES.values()}


@pytest.mark.parametrize("name", [name for name, image in IMAGES.items() if image.programs])
def test_a_tag_is_the_version_of_the_program_inside(name: str) -> None:
    (program,) = IMAGES[name].programs

    assert IMAGES[name].tag.removeprefix("v") == OWNERS[program].version.removeprefix("v")


@pytest.mark.parametrize("name", sorted(set(IMAGES) - {"busybox", "local-path-provisioner"}))
def test_an_image_runs_as_a_number_that_is_not_root_where_upstream_does(name: str) -> None:
    assert int(IMAGES[name].user.split(":")[0]) > 0


def test_every_repository_is_served_once() -> None:
    served = [f"{image.repository}:{image.tag}" for image in IMAGES.values()]

    assert len(served) == len(set(served)) == 10
