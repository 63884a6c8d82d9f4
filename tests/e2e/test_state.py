"""A stack's state, kept and taken again by the real engine: no cluster is needed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from local import tools
from tests.e2e import timeouts
from tests.e2e.plain import plain, refuse_plain
from tests.e2e.state import packed, restore
from tests.e2e.state_engine import Engine, StateError, urns

PROGRAM = Path(__file__).parent / "stated"
VALUE = "a-value-nobody-may-read"


def raised(folder: Path, *, backend: str = "state", up: bool = True) -> Engine:
    """A stack on a backend of its own, in a folder."""
    (folder / backend).mkdir()
    program = folder / "program"
    if not program.exists():
        shutil.copytree(PROGRAM, program)
    environment = tools.environment() | {
        "PULUMI_BACKEND_URL": f"file://{folder}/{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the test",
    }

    def pulumi(*words: str) -> None:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *words],
            cwd=program,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeouts.JUDGE,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    pulumi("stack", "init", "dev")
    if up:
        pulumi("config", "set", "value", VALUE, "--stack", "dev", "--secret")
        pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    return Engine("dev", program, environment)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return raised(tmp_path_factory.mktemp("first"))


def kept(engine: Engine, folder: Path) -> Path:
    file = folder / "kept.json.gz"
    file.write_bytes(packed(engine.export()))
    return file


def test_the_engine_exports_secrets_as_they_are_encrypted(first: Engine) -> None:
    state = first.export()

    assert "ciphertext" in json.dumps(state)
    refuse_plain(state, {"the value": VALUE})


def test_a_state_with_its_secrets_shown_is_not_kept(first: Engine) -> None:
    shown = json.loads(first._ask("stack", "export", "--show-secrets"))

    assert list(plain(shown))
    with pytest.raises(StateError, match="not encrypted: the value"):
        refuse_plain(shown, {"the value": VALUE})


def test_an_empty_stack_has_all_resources_after_a_restore(
    first: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = raised(tmp_path, up=False)
    assert not urns(empty.export())

    restore(empty, str(kept(first, tmp_path)))

    assert urns(empty.export()) == urns(first.export())
    assert len(urns(first.export())) == 2
    assert "has the 2 resources of" in capsys.readouterr().out


def test_its_secrets_open_again_with_the_stacks_passphrase(first: Engine, tmp_path: Path) -> None:
    empty = raised(tmp_path, up=False)
    restore(empty, str(kept(first, tmp_path)))

    shown = json.loads(empty._ask("stack", "output", "--json", "--show-secrets"))
    assert shown == {"value": VALUE}


def test_a_stack_with_resources_is_overwritten_only_if_told(first: Engine, tmp_path: Path) -> None:
    file, before = kept(first, tmp_path), urns(first.export())
    with pytest.raises(StateError, match="has 2 resources, which would be forgotten"):
        restore(first, str(file))

    restore(first, str(file), force=True)
    assert urns(first.export()) == before
