"""Who starts as what: the script as it is, among programs that answer what the test tells them."""

import os
import subprocess
from pathlib import Path

import pytest

from components.redis_group import START

HOSTS = [f"features-{number}.fraud.svc" for number in range(3)]
ADDRESS = {host: f"10.0.0.{number}" for number, host in enumerate(HOSTS)}
PROGRAMS = {
    "uname": 'echo "$ME"',
    "getent": """case "$2" in
        features-*) number=${2%%.*}; echo "10.0.0.${number#features-} STREAM $2" ;;
        *) exit 2 ;;
    esac""",
    "sleep": "echo . >> slept",
    # `-h host -p port sentinel verb group`: the next of its answers, the last one for ever
    "valkey-cli": """answers=$2.$6
    [ -s "$answers" ] || exit 1
    head -n 1 "$answers" | tr ' ' '\\n'
    [ "$(wc -l < "$answers")" -eq 1 ] || sed -i 1d "$answers" """,
    "valkey-server": 'echo "$@" > started',
}


class Pod:
    """One pod's start, among sentinels that were told what to say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, body in PROGRAMS.items():
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f"#!/bin/sh\n{body}\n")
            program.chmod(0o755)

    def says(self, host: str, *primaries: str, replicas: int = 2) -> None:
        """One answer for each time that the sentinel is asked."""
        (self.folder / f"{host}.get-master-addr-by-name").write_text(
            "".join(f"{primary} 6379\n" for primary in primaries)
        )
        (self.folder / f"{host}.master").write_text(f"flags master num-slaves {replicas}\n")

    def start(self, number: int) -> str:
        """The server's arguments after those that all have."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        subprocess.run(
            ["sh", "-c", START.read_text(), "valkey", *HOSTS],
            cwd=self.folder,
            env={"PATH": path, "ME": f"features-{number}"},
            check=True,
            capture_output=True,
            timeout=60,
        )
        given = (self.folder / "started").read_text().strip()
        own = f"/run/secrets/redis/redis.conf --replica-announce-ip 10.0.0.{number}"
        assert given.startswith(own)
        return given.removeprefix(own).strip()

    @property
    def rounds(self) -> int:
        """How often it waited."""
        slept = self.folder / "slept"
        return len(slept.read_text().split()) if slept.exists() else 0


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_where_nobody_answers_for_a_while_the_first_pod_is_primary(pod: Pod) -> None:
    assert pod.start(0) == ""
    assert pod.rounds >= 4


def test_where_nobody_answers_another_pod_follows_the_first(pod: Pod) -> None:
    assert pod.start(1) == "--replicaof 10.0.0.0 6379"


def test_the_first_pod_follows_whom_the_sentinels_of_the_others_name(pod: Pod) -> None:
    pod.says(HOSTS[2], "10.0.0.2")
    pod.says("localhost", "10.0.0.0")

    assert pod.start(0) == "--replicaof 10.0.0.2 6379"


def test_a_primary_that_comes_back_waits_until_another_has_its_place(pod: Pod) -> None:
    pod.says(HOSTS[1], "10.0.0.0", "10.0.0.0", "10.0.0.1")
    pod.says(HOSTS[2], "10.0.0.0", "10.0.0.0", "10.0.0.1")

    assert pod.start(0) == "--replicaof 10.0.0.1 6379"
    assert pod.rounds >= 1


def test_a_primary_whose_place_nobody_takes_is_primary_again(pod: Pod) -> None:
    pod.says(HOSTS[1], "10.0.0.0")

    assert pod.start(0) == ""
    assert pod.rounds > 5


def test_a_primary_without_replicas_waits_for_nobody(pod: Pod) -> None:
    pod.says(HOSTS[1], "10.0.0.0", replicas=0)

    assert pod.start(0) == ""
    assert pod.rounds == 0


def test_an_answer_that_is_none_of_us_counts_for_nothing(pod: Pod) -> None:
    pod.says(HOSTS[1], "NOAUTH")
    pod.says(HOSTS[2], "10.9.9.9")

    assert pod.start(1) == "--replicaof 10.0.0.0 6379"
