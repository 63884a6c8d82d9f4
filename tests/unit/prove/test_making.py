from pathlib import Path

from tests.prove.making import without


def test_a_fresh_clone_does_not_find_what_this_one_has_built() -> None:
    path = "/usr/local/bin:/root/.cache/bulwark/bin:/usr/bin:/root/.cache/bulwark-other/bin"

    assert (
        without(Path("/root/.cache/bulwark"), path)
        == "/usr/local/bin:/usr/bin:/root/.cache/bulwark-other/bin"
    )
