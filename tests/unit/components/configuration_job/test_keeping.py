from datetime import UTC, datetime, timedelta

import pytest

from components.configuration_job.exporting import digest
from components.configuration_job.keeping import Folder, dated
from components.verification_job.errors import VerificationError

NOW = datetime(2026, 11, 21, 20, 15, 30, tzinfo=UTC)


class Place:
    """A bucket in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, key: str, body: bytes) -> None:
        self.files[key] = body

    def get(self, key: str) -> bytes:
        return self.files[key]

    def names(self, prefix: str) -> list[str]:
        return sorted(key for key in self.files if key.startswith(prefix))

    def delete(self, key: str) -> None:
        del self.files[key]


@pytest.fixture
def place() -> Place:
    return Place()


def folder(place: Place, keep_days: int = 7) -> Folder:
    return Folder(place=place, prefix="objects/", suffix=".gz", keep_days=keep_days)


def test_a_file_is_named_by_its_moment_and_has_its_checksum_beside_it(place: Place) -> None:
    key, back = folder(place).keep(b"all", NOW)

    assert (key, back) == ("objects/2026-11-21T20-15-30Z.gz", b"all")
    assert place.files[f"{key}.sha256"].decode() == f"{digest(b'all')}  2026-11-21T20-15-30Z.gz\n"
    assert dated(key, "objects/") == NOW


def test_a_file_that_is_not_what_was_written_is_an_error(place: Place) -> None:
    key, _ = folder(place).keep(b"all", NOW)
    place.files[key] = b"al"

    with pytest.raises(VerificationError, match=r"SHA-256 is .*, written was "):
        folder(place).fetch(key)


def test_what_is_older_than_it_is_kept_goes_with_its_checksum(place: Place) -> None:
    for days in (9, 8, 6, 0):
        folder(place).keep(b"x", NOW - timedelta(days=days))

    gone = folder(place).expire(NOW)

    assert [dated(key, "objects/") for key in gone] == [
        NOW - timedelta(days=9),
        NOW - timedelta(days=8),
    ]
    assert len(place.files) == 4


def test_the_newest_stays_however_old_it_is(place: Place) -> None:
    folder(place).keep(b"x", NOW - timedelta(days=900))

    assert folder(place).expire(NOW) == []


def test_where_there_is_nothing_nothing_is_taken_away(place: Place) -> None:
    assert folder(place).expire(NOW) == []
    with pytest.raises(VerificationError, match=r"there is no file objects/….gz yet"):
        folder(place).newest()


def test_a_file_that_was_not_written_to_the_end_does_not_count(place: Place) -> None:
    whole, _ = folder(place).keep(b"x", NOW)
    place.put("objects/2026-11-22T20-15-30Z.gz", b"half")

    assert folder(place).newest() == whole


def test_files_of_another_kind_are_left_alone(place: Place) -> None:
    place.put("state/2020-11-22T20-15-30Z.gz", b"state")
    folder(place).keep(b"x", NOW)

    folder(place).expire(NOW)

    assert "state/2020-11-22T20-15-30Z.gz" in place.files
