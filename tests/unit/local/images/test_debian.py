import tarfile
from pathlib import Path

import pytest

from local.errors import EngineError
from local.images import apt
from local.images.debian import Certificates, Packages, Pick
from local.images.layers import Source
from local.images.tar import written
from tests.unit.local.images.conftest import FakeApt
from tests.unit.local.images.opened import contents


def poured(source: Source, tmp_path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The files of a layer of this source, and the versions it tells."""
    with written(tmp_path / "layer") as (tar, _):
        versions = dict(source.pour(tar))
    return contents((tmp_path / "layer").read_bytes()), versions


def test_a_package_comes_with_what_it_needs(debian: FakeApt, tmp_path: Path) -> None:
    debian.add("libc6", "2.41", usr__lib__libc="c")
    debian.add("server", "8.1+deb13u1", needs=("libc6",), usr__bin__server="s")
    files, versions = poured(Packages(names=("server",)), tmp_path)

    assert files == {"usr/bin/server": "s", "usr/lib/libc": "c"}
    assert versions == {"server": "8.1+deb13u1", "libc6": "2.41"}


def test_what_layers_below_have_is_not_sent_again(debian: FakeApt, tmp_path: Path) -> None:
    debian.add("libc6", usr__lib__libc="c")
    debian.add("dash", needs=("libc6",), usr__bin__sh="d")
    debian.add("server", needs=("libc6",), usr__bin__server="s")
    files, versions = poured(Packages(names=("server",), above=("dash",)), tmp_path)

    assert files == {"usr/bin/server": "s"}
    assert list(versions) == ["server"]


def test_installers_and_what_a_use_does_without_are_left_out(
    debian: FakeApt, tmp_path: Path
) -> None:
    debian.add("perl-base", usr__bin__perl="p")
    debian.add("libllvm19", usr__lib__llvm="l")
    debian.add("server", needs=("perl-base", "libllvm19"), usr__bin__server="s", usr__lib__jit="j")
    source = Packages(names=("server",), without=("libllvm*",), leaving=("usr/lib/j*",))

    assert poured(source, tmp_path)[0] == {"usr/bin/server": "s"}


def test_manuals_are_left_out_and_copyright_stays(debian: FakeApt, tmp_path: Path) -> None:
    debian.add(
        "server",
        usr__share__man__man1__server="m",
        usr__share__doc__server__README="r",
        usr__share__doc__server__copyright="c",
    )

    files = poured(Packages(names=("server",)), tmp_path)[0]
    assert files == {"usr/share/doc/server/copyright": "c"}


def test_files_of_the_old_folders_lie_under_usr(debian: FakeApt, tmp_path: Path) -> None:
    debian.add("dash", bin__sh="d", libexec="not merged")

    files = poured(Packages(names=("dash",)), tmp_path)[0]
    assert files == {"usr/bin/sh": "d", "libexec": "not merged"}


def test_the_time_of_a_package_does_not_reach_the_layer(debian: FakeApt, tmp_path: Path) -> None:
    debian.add("dash", usr__bin__sh="d")
    poured(Packages(names=("dash",)), tmp_path)

    with tarfile.open(tmp_path / "layer") as tar:
        assert {info.mtime for info in tar} == {0}


def test_single_files_are_picked_under_another_name(debian: FakeApt, tmp_path: Path) -> None:
    debian.add("catatonit", usr__bin__catatonit="c", usr__share__x="x")
    source = Pick(package="catatonit", files=(("usr/bin/catatonit", "pause"),))

    assert poured(source, tmp_path) == ({"pause": "c"}, {"catatonit": "1.0"})


def test_certificates_are_one_bundle_where_openssl_looks(debian: FakeApt, tmp_path: Path) -> None:
    debian.packages["ca-certificates"] = {
        "version": "1",
        "needs": [],
        "files": {
            "usr/share/ca-certificates/a.crt": "A\n",
            "usr/share/ca-certificates/b.crt": "B\n",
            "usr/share/ca-certificates/notes": "n",
            "usr/share/doc/examples/no.crt": "replace it with yours",
        },
    }
    debian.save()
    files = poured(Certificates(), tmp_path)[0]

    assert files == {
        "etc/ssl/certs/ca-certificates.crt": "A\nB\n",
        "usr/lib/ssl/cert.pem": "-> /etc/ssl/certs/ca-certificates.crt",
    }


def test_a_package_is_downloaded_once(debian: FakeApt, tmp_path: Path) -> None:
    debian.add("server", "1:8.1-2", usr__bin__server="s")
    poured(Packages(names=("server",)), tmp_path)
    poured(Packages(names=("server",)), tmp_path)

    assert [call for call in debian.calls if call.startswith("download")] == [
        "download server=1:8.1-2"
    ]


def test_a_broken_download_leaves_no_half_package(debian: FakeApt, tmp_path: Path) -> None:
    debian.add("server", usr__bin__server="s")
    debian.interrupted = ["server"]
    debian.save()
    with pytest.raises(EngineError, match="apt-get failed"):
        poured(Packages(names=("server",)), tmp_path)
    debian.interrupted = []
    debian.save()

    assert poured(Packages(names=("server",)), tmp_path)[0] == {"usr/bin/server": "s"}


def test_the_suite_is_taken_from_the_mirrors_of_the_machine(debian: FakeApt) -> None:
    debian.mirrors = [("Debian", "m/debian/"), ("Debian-Security", "m/sec/"), ("Other", "o/")]
    debian.save()

    assert [line.split("] ")[1] for line in apt.sources()] == [
        "m/debian/ trixie main",
        "m/debian/ trixie-updates main",
        "m/sec/ trixie-security main",
    ]


def test_a_machine_without_a_debian_mirror_is_told_so(debian: FakeApt) -> None:
    debian.mirrors = [("Other", "o/")]
    debian.save()
    with pytest.raises(EngineError, match="apt knows no Debian mirror on this machine; name one"):
        apt.sources()
    assert "update" in debian.calls


def test_a_failure_of_apt_is_its_first_complaint_and_a_log(debian: FakeApt, cache: Path) -> None:
    debian.complaints = {"update": "The repository is not signed."}
    debian.save()
    with pytest.raises(EngineError) as caught:
        apt.resolved(("server",))

    log = cache / "debian" / "apt.log"
    assert str(caught.value) == f"apt-get failed: The repository is not signed. (log: {log})"
    assert "W: something" in log.read_text()


def test_a_machine_without_apt_is_told_so(
    debian: FakeApt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    debian.save()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="apt-get is missing; images of Debian packages are made"):
        apt.sources()
