import pytest

from components import further_versions, versions
from local.images.profiles import IMAGES
from local.images.table import IMAGES as CORE
from local.tools import OWNERS, SETS

NAMED = {**vars(versions), **vars(further_versions)}
PINNED = {name: value for name, value in NAMED.items() if name.endswith("_IMAGE")}


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

    assert len(served) == len(set(served)) == len(IMAGES)


def test_the_core_profile_makes_ten_images_of_tools_that_it_builds() -> None:
    held = {OWNERS[program].name for image in CORE.values() for program in image.programs}

    assert len(CORE) == 10
    assert all(image.profile == "core" for image in CORE.values())
    assert held <= set(SETS["core"])


@pytest.mark.parametrize("name", sorted(set(IMAGES) - set(CORE)))
def test_a_further_profile_builds_the_tools_of_its_images(name: str) -> None:
    image = IMAGES[name]

    assert image.profile != "core"
    assert {OWNERS[program].name for program in image.programs} <= set(SETS[image.profile])
