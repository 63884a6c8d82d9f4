import gzip
import hashlib
import os
import tarfile
from pathlib import Path

from local.images.tar import Blob, Tar, written


def fill(tar: Tar, program: Path) -> None:
    tar.file("/usr/bin/program", program, 0o755)
    tar.link("/program", "usr/bin/program")
    tar.folder("/tmp", 0o1777)  # noqa: S108 - a folder of the image


def write(path: Path, program: Path) -> Blob:
    with written(path) as (tar, blob):
        fill(tar, program)
    return blob[0]


def test_the_same_content_gives_the_same_bytes_whenever_it_is_written(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("code")
    first = write(tmp_path / "first", program)
    os.utime(program, (1, 1))
    second = write(tmp_path / "second", program)

    assert first == second
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_a_blob_is_known_by_its_compressed_and_by_its_plain_digest(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("code")
    blob = write(tmp_path / "layer", program)
    packed = (tmp_path / "layer").read_bytes()

    assert blob.digest == f"sha256:{hashlib.sha256(packed).hexdigest()}"
    assert blob.diff_id == f"sha256:{hashlib.sha256(gzip.decompress(packed)).hexdigest()}"
    assert (blob.size, blob.unpacked) == (len(packed), len("code"))


def test_members_belong_to_root_and_keep_their_modes(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("code")
    write(tmp_path / "layer", program)
    with tarfile.open(tmp_path / "layer") as tar:
        found = {info.name: info for info in tar}

    assert list(found) == ["usr", "usr/bin", "usr/bin/program", "program", "tmp"]
    assert {info.uid for info in found.values()} == {0}
    assert {info.mtime for info in found.values()} == {0}
    assert found["usr/bin/program"].mode == 0o755
    assert found["tmp"].mode == 0o1777


def test_of_two_files_with_one_name_the_first_counts(tmp_path: Path) -> None:
    with written(tmp_path / "layer") as (tar, _):
        tar.file("/etc/passwd", b"first")
        tar.file("etc/passwd", b"second")
    with tarfile.open(tmp_path / "layer") as tar_read:
        (member,) = [info for info in tar_read if info.isreg()]
        content = tar_read.extractfile(member)
        assert content is not None
        assert content.read() == b"first"


def test_a_tree_keeps_links_hidden_files_and_run_bits(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "inner").mkdir(parents=True)
    (tree / "inner" / ".hidden").write_text("x")
    (tree / "run").write_text("x")
    (tree / "run").chmod(0o700)
    (tree / "link").symlink_to("run")
    with written(tmp_path / "layer") as (tar, _):
        tar.tree("/srv", tree)
    with tarfile.open(tmp_path / "layer") as tar_read:
        found = {info.name: info for info in tar_read}

    assert set(found) == {"srv", "srv/inner", "srv/inner/.hidden", "srv/link", "srv/run"}
    assert found["srv/run"].mode == 0o755
    assert found["srv/inner/.hidden"].mode == 0o644
    assert found["srv/link"].linkname == "run"
