"""Secrets: sealed where they rest, in no state, environment or command line, shown to few."""

import base64
import json
import secrets
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.paths import STATE
from tests.e2e import etcd, processes, timeouts
from tests.e2e.stack import RunningStack, pulumi
from tests.e2e.supervised import api_server
from tests.e2e.waiting import until

LONG_ENOUGH = 12
"""A shorter value may stand somewhere by chance."""


@pytest.fixture
def canary(stack: RunningStack) -> Iterator[tuple[str, str]]:
    """A secret and a plain config map that hold the same unlikely text."""
    name, text = f"canary-{secrets.token_hex(4)}", secrets.token_hex(16)
    body = {"metadata": {"name": name}}
    stack.core.create_namespaced_secret(stack.namespace, body | {"stringData": {"text": text}})
    stack.core.create_namespaced_config_map(stack.namespace, body | {"data": {"text": text}})
    yield name, text
    stack.core.delete_namespaced_secret(name, stack.namespace)
    stack.core.delete_namespaced_config_map(name, stack.namespace)


@pytest.fixture(scope="module")
def generated(stack: RunningStack) -> list[str]:
    """Every secret text of the stack that is worth hiding: passwords and keys."""
    found = stack.core.list_namespaced_secret(stack.namespace).items
    texts = [
        base64.b64decode(value).decode(errors="ignore")
        for secret in found
        for key, value in (secret.data or {}).items()
        if key in {"password", "api_key", "key", "tls.key", "ca.key"} or "password" in key
    ]
    assert texts
    return [text for text in texts if len(text) >= LONG_ENOUGH]


def test_secrets_rest_encrypted_in_etcd(stack: RunningStack, canary: tuple[str, str]) -> None:
    name, text = canary
    sealed = etcd.raw(f"/registry/secrets/{stack.namespace}/{name}")
    plain = etcd.raw(f"/registry/configmaps/{stack.namespace}/{name}")

    assert text.encode() in plain, "the control: what is not a secret can be read this way"
    assert text.encode() not in sealed
    assert sealed.startswith(b"k8s:enc:")


def test_no_secret_is_in_the_state_of_pulumi(stack: RunningStack, generated: list[str]) -> None:
    state = json.loads(pulumi("stack", "export", "--show-secrets"))
    texts = set(_texts(state))

    assert any(stack.namespace in text for text in texts), "the control: plain values are found"
    assert [text for text in generated if any(text in each for each in texts)] == []


def test_no_secret_is_in_a_file_of_the_state(generated: list[str]) -> None:
    written = [path.read_text(errors="ignore") for path in _files(STATE / "pulumi")]

    assert written
    assert [text for text in generated if any(text in each for each in written)] == []


def test_no_secret_is_in_an_environment_or_a_command_line(generated: list[str]) -> None:
    shown = [
        processes.environment(process) + "\0".join(process.argv)
        for process in processes.processes()
        if "/pod" in process.cgroups
    ]

    assert any("PATH=" in each for each in shown), "the control: environments are read"
    assert [text for text in generated if any(text in each for each in shown)] == []


def test_reading_a_secret_leaves_a_line_in_the_audit_log(
    stack: RunningStack, canary: tuple[str, str]
) -> None:
    log = Path(str(api_server().flag("audit-log-path")))
    name, _ = canary

    def written() -> Iterator[str]:
        """The lines about it, oldest first: the log may have been turned, and a line be half."""
        for part in sorted(log.parent.glob(f"{log.stem}*"), key=lambda it: it.stat().st_mtime):
            whole, _, _ = part.read_text().rpartition("\n")
            yield from (line for line in whole.splitlines() if name in line)

    stack.core.read_namespaced_secret(name, stack.namespace)

    def recorded() -> list[str]:
        lines = map(json.loads, written())
        about = [line for line in lines if line.get("objectRef", {}).get("name") == name]
        return [line["verb"] for line in about if line["objectRef"]["resource"] == "secrets"]

    until(lambda: "get" in recorded(), within=timeouts.REQUEST, what="the audit log has the read")
    assert recorded()[0] == "create"


def test_nobody_is_let_in_without_a_name(stack: RunningStack) -> None:
    host = stack.kubernetes.configuration.host
    roots = ssl.create_default_context(cafile=stack.kubernetes.configuration.ssl_ca_cert)
    answer = httpx.get(f"{host}/api/v1/namespaces", verify=roots, timeout=timeouts.REQUEST)

    assert answer.status_code in {401, 403}


@pytest.mark.parametrize("verb", ["get", "list", "watch"])
def test_the_service_account_of_the_pods_may_not_see_secrets(
    stack: RunningStack, verb: str
) -> None:
    allowed = stack.may(f"system:serviceaccount:{stack.namespace}:default", verb, "secrets")
    administrator = stack.may("kubernetes-admin", verb, "secrets", group="system:masters")

    assert administrator
    assert not allowed


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz"]
