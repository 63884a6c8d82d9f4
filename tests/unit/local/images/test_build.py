import errno
import fcntl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from local import registry
from local.errors import EngineError
from local.images import build as images
from local.images import oci
from local.images.debian import Packages
from local.images.layers import Link, Program, Text, layer
from local.images.table import Image
from local.images.tar import Tar
from tests.unit.local.images.conftest import FakeApt, FakeRegistry

DNS = Image(
    name="registry.example/dns/dns:v1",
    layers=(
        layer(Text("/etc/passwd", "nonroot")),
        layer(Program("dns", "/dns"), Link("/d", "dns")),
    ),
    user="65532:65532",
    entrypoint=("/dns",),
)
CACHE = Image(
    name="registry.example/valkey:8.1.1",
    layers=(layer(Packages(names=("valkey-server",))),),
    env=(("LANG", "C"),),
    debian="valkey-server",
)


@pytest.fixture(autouse=True)
def table(
    served: FakeRegistry, debian: FakeApt, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Image]:
    served.program("dns", "code")
    debian.add("valkey-server", "8.1.1+dfsg1-3", usr__bin__valkey="v")
    known = {"dns": DNS, "valkey": CACHE}
    monkeypatch.setattr(images, "IMAGES", known)
    return known


def test_an_image_is_served_as_upstream_names_it(served: FakeRegistry) -> None:
    images.build()

    assert served.manifests() == {"dns/dns:v1", "valkey:8.1.1"}


def test_an_image_holds_its_layers_and_runs_as_its_user(served: FakeRegistry) -> None:
    images.build(["dns"])
    dns = served.image("dns/dns:v1")

    assert dns.layers == [{"etc/passwd": "nonroot"}, {"dns": "code", "d": "-> dns"}]
    assert dns.config["config"]["User"] == "65532:65532"
    assert dns.config["config"]["Entrypoint"] == ["/dns"]
    assert len(dns.config["rootfs"]["diff_ids"]) == 2


def test_variables_of_an_image_stand_beside_a_path(served: FakeRegistry) -> None:
    images.build(["valkey"])

    assert served.image("valkey:8.1.1").config["config"]["Env"] == [
        "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "LANG=C",
    ]


def test_a_second_run_makes_and_says_nothing(
    debian: FakeApt, capsys: pytest.CaptureFixture[str]
) -> None:
    images.build()
    calls = debian.calls
    capsys.readouterr()
    images.build()

    assert debian.calls == calls
    assert capsys.readouterr().out == ""


def test_a_newly_built_tool_makes_its_own_layer_again_only(
    served: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    images.build()
    before = served.image("dns/dns:v1").digests
    served.program("dns", "newer code")
    capsys.readouterr()
    images.build()
    after = served.image("dns/dns:v1").digests

    assert (before[0] == after[0], before[1] == after[1]) == (True, False)
    assert "valkey" not in capsys.readouterr().out


def test_another_user_is_another_image(served: FakeRegistry, table: dict[str, Image]) -> None:
    images.build()
    table["dns"] = replace(DNS, user="0:0")
    images.build()

    assert served.image("dns/dns:v1").config["config"]["User"] == "0:0"


def test_an_image_that_the_registry_lost_is_pushed_again_from_the_cache(
    served: FakeRegistry, debian: FakeApt
) -> None:
    images.build()
    calls = debian.calls
    served.forget("valkey:8.1.1")
    images.build()

    assert "valkey:8.1.1" in served.manifests()
    assert debian.calls == calls


def test_a_newer_patch_of_debian_is_said_and_goes_on(
    debian: FakeApt, served: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    debian.add("valkey-server", "1:8.1.7+dfsg1-1")
    images.build()

    said = "registry.example/valkey:8.1.1 holds 8.1.7: Debian moved on, its name can follow"
    assert said in capsys.readouterr().out
    assert "valkey:8.1.1" in served.manifests()


def test_a_longer_version_of_the_same_is_not_worth_a_word(
    table: dict[str, Image], capsys: pytest.CaptureFixture[str]
) -> None:
    table["valkey"] = replace(CACHE, name="registry.example/valkey:8.1-minimal")
    images.build()

    assert "moved on" not in capsys.readouterr().out


def test_another_major_version_stops_with_what_to_change(
    debian: FakeApt, served: FakeRegistry
) -> None:
    debian.add("valkey-server", "9.0.0-1")
    with pytest.raises(EngineError, match=r"valkey-server is 9\.0\.0; name that version in local"):
        images.build(["valkey"])
    assert served.manifests() == set()


def test_without_a_name_only_the_core_profile_is_made(
    served: FakeRegistry, table: dict[str, Image]
) -> None:
    table["valkey"] = replace(CACHE, profile="mlops")

    images.build()
    core = served.manifests()
    images.build(["mlops"])
    further = served.manifests()

    assert core == {"dns/dns:v1"}
    assert further == {"dns/dns:v1", "valkey:8.1.1"}


def test_a_profile_makes_what_it_shares_with_another(
    table: dict[str, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    table["valkey"] = replace(CACHE, profile="mlops")
    monkeypatch.setattr(images, "ALSO", {"backups": ("valkey",)})
    monkeypatch.setattr(images, "PROFILES", ("core", "backups", "all"))

    assert images.chosen(["backups"]) == list(table.values())
    assert images.chosen(["core"]) == [table["dns"]]


def test_an_image_that_is_named_twice_is_made_once(table: dict[str, Image]) -> None:
    assert images.chosen(["valkey", "all"]) == [table["valkey"], table["dns"]]


def test_an_unknown_image_is_refused_with_those_there_are() -> None:
    with pytest.raises(EngineError, match="no image is called 'redis'; there are: core, "):
        images.build(["redis"])


def test_a_registry_that_does_not_answer_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "ADDRESS", "127.0.0.1:9")
    with pytest.raises(EngineError, match=r"registry at 127\.0\.0\.1:9 does not answer .*make up"):
        images.build()


def test_a_refused_push_is_told_with_the_last_line_of_crane(served: FakeRegistry) -> None:
    served.program("crane", "#!/bin/sh\necho noise >&2; echo 'UNAUTHORIZED: no' >&2; exit 1\n")
    with pytest.raises(EngineError, match=r"dns/dns:v1 could not be pushed: UNAUTHORIZED: no$"):
        images.build(["dns"])


@dataclass(frozen=True)
class Failing:
    """A source that breaks in the middle."""

    problem: BaseException

    def key(self) -> str:
        return "failing"

    def pour(self, tar: Tar) -> Mapping[str, str]:
        tar.file("/half", b"half")
        raise self.problem


def test_an_interrupted_layer_counts_for_nothing(table: dict[str, Image]) -> None:
    broken = layer(Failing(KeyboardInterrupt()))
    table["dns"] = replace(DNS, layers=(broken,))
    with pytest.raises(KeyboardInterrupt):
        images.build(["dns"])

    assert oci.kept(broken) is None


def test_a_full_disk_is_one_line(table: dict[str, Image], cache: Path) -> None:
    table["dns"] = replace(DNS, layers=(layer(Failing(OSError(errno.ENOSPC, "full"))),))
    with pytest.raises(EngineError, match=rf"the disk of {cache} is full \(.* need 1500 MB"):
        images.build(["dns"])


def test_another_fault_of_the_system_is_not_taken_for_a_full_disk(
    table: dict[str, Image],
) -> None:
    table["dns"] = replace(DNS, layers=(layer(Failing(PermissionError("denied"))),))
    with pytest.raises(PermissionError):
        images.build(["dns"])


def test_a_second_run_waits_for_the_first(
    served: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    oci.home().mkdir(parents=True)
    with (oci.home() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=images.build, args=(["dns"],))
        second.start()
        said, end = "", time.monotonic() + 60
        while "another run makes images: waiting for it" not in said:
            assert time.monotonic() < end, said
            second.join(timeout=0.1)
            said += capsys.readouterr().out
        assert second.is_alive()
        assert served.manifests() == set()
    second.join(timeout=60)

    assert served.manifests() == {"dns/dns:v1"}


def test_sizes_are_told_on_the_wire_and_on_the_disk(served: FakeRegistry) -> None:
    served.program("dns", "x" * 3_000_000)
    images.build(["dns"])
    heading, row = images.report(["dns"]).splitlines()

    assert heading.split() == ["image", "compressed", "unpacked"]
    assert row.split() == ["registry.example/dns/dns:v1", "0.0", "MB", "3.0", "MB"]
