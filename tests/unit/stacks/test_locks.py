import json
import socket
from pathlib import Path

import pytest

from stacks import locks


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    (tmp_path / locks.LOCKS / "dev").mkdir(parents=True)
    return tmp_path


def lock(backend: Path, name: str, pid: int, host: str = "") -> Path:
    file = backend / locks.LOCKS / "dev" / f"{name}.json"
    holder = {"pid": pid, "username": "root", "hostname": host or socket.gethostname()}
    file.write_text(json.dumps(holder))
    return file


def process(backend: Path, pid: int, name: str) -> None:
    (backend / "proc" / str(pid)).mkdir(parents=True)
    (backend / "proc" / str(pid) / "comm").write_text(f"{name}\n")


def found(backend: Path) -> list[Path]:
    return [file for file, _ in locks.left(backend, "dev", backend / "proc")]


def test_a_lock_of_a_dead_process_is_left(backend: Path) -> None:
    dead = lock(backend, "a", 41)

    assert found(backend) == [dead]


def test_a_lock_whose_number_another_program_has_by_now_is_left(backend: Path) -> None:
    dead = lock(backend, "a", 41)
    process(backend, 41, "bash")

    assert found(backend) == [dead]


def test_a_running_pulumi_keeps_its_lock(backend: Path) -> None:
    lock(backend, "a", 41)
    process(backend, 41, "pulumi")

    assert found(backend) == []


def test_another_machine_keeps_its_lock(backend: Path) -> None:
    lock(backend, "a", 41, host="another")

    assert found(backend) == []


def test_another_stack_keeps_its_lock(backend: Path) -> None:
    lock(backend, "a", 41)

    assert list(locks.left(backend, "prod", backend / "proc")) == []


def test_what_is_taken_away_is_told(
    backend: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = lock(backend, "a", 2**22 + 1)  # above the kernel's highest pid
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{backend}")

    locks.main("dev")

    assert not dead.exists()
    assert capsys.readouterr().out.startswith("pulumi (pid 4194305) was killed")


def test_a_backend_that_is_no_folder_has_no_locks_of_ours() -> None:
    assert locks.folder("s3://states") is None
    assert list(locks.left(None, "dev")) == []
