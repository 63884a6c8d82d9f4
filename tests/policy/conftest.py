"""Stand-ins for the programs that the judgement of the rendered stack starts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from policies import checkov
from policies.checkov import Failure

Says = Callable[..., None]


def program(file: Path, text: str) -> Path:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def fake_checkov(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """A checkov that finds what it is told to."""

    def finds(*failures: Failure, raw: str = "") -> None:
        failed = [
            {"check_id": at.check, "resource": at.object, "check_name": at.says} for at in failures
        ]
        report = tmp_path / "report.json"
        report.write_text(raw or json.dumps({"results": {"failed_checks": failed}}))
        monkeypatch.setattr(checkov, "PROGRAM", program(tmp_path / "checkov", f"cat {report}"))

    return finds


@pytest.fixture
def fake_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """A pulumi that renders one object, writes into its project as the real one does, and notes
    its arguments, settings and backend."""

    def ends(code: int) -> Path:
        text = f"""
            echo "$@" >> {tmp_path}/arguments
            cat Pulumi.test.yaml > {tmp_path}/settings.yaml
            echo "$PULUMI_BACKEND_URL" > {tmp_path}/backend
            echo "encryptionsalt: x" >> Pulumi.test.yaml
            test -f stacks/__main__.py -a -f Pulumi.yaml || exit 9
            mkdir -p $(sed -n 's/.*render_to: //p' Pulumi.test.yaml)/1-manifest
            echo "kind: Pod" > $(sed -n 's/.*render_to: //p' Pulumi.test.yaml)/1-manifest/pod.yaml
            exit {code}
        """
        program(tmp_path / "pulumi", text)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return tmp_path

    return ends
