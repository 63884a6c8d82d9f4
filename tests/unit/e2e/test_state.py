import base64
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.e2e.plain import MARKED, SIGNATURE, plain, refuse_plain, worth_looking_for
from tests.e2e.state import packed, read, take, unpacked
from tests.e2e.state_engine import StateError

SECRET = {SIGNATURE: MARKED, "ciphertext": "v1:abc:def"}
URN = "urn:pulumi:dev::bulwark::kubernetes:core/v1:ConfigMap::plan"
ROOT = {"urn": "urn:pulumi:dev::bulwark::pulumi:pulumi:Stack::bulwark-dev"} | {
    "type": "pulumi:pulumi:Stack"
}


def state(*found: dict[str, Any]) -> dict[str, Any]:
    more = [{"urn": URN, "type": "kubernetes:core/v1:ConfigMap"} | it for it in found]
    return {"version": 3, "deployment": {"resources": [ROOT, *more]}}


class FakeEngine:
    """A stack whose state is in memory."""

    stack = "dev"

    def __init__(self, held: dict[str, Any]) -> None:
        self.held = held
        self.loses = False

    def export(self) -> dict[str, Any]:
        return self.held

    def take(self, given: dict[str, Any]) -> None:
        self.held = state() if self.loses else given


def engine(held: dict[str, Any]) -> Any:
    return FakeEngine(held)


def test_an_empty_stack_takes_a_state() -> None:
    empty = engine({"deployment": {}})

    assert take(empty, state({})) == 1
    assert empty.held == state({})


def test_a_stack_that_has_something_keeps_it_until_it_is_told_otherwise() -> None:
    full = engine(state({}))
    other = state({"urn": f"{URN}-2"})

    with pytest.raises(StateError, match="has 1 resources, which would be forgotten; keep them"):
        take(full, other)
    assert full.held == state({})

    assert take(full, other, force=True) == 1
    assert full.held == other


def test_the_state_of_another_stack_is_refused() -> None:
    other = {"urn": URN.replace(":dev:", ":prod:")}

    with pytest.raises(StateError, match="is one of urn:pulumi:prod, wanted: one of stack 'dev'"):
        take(engine(state()), state(other))


def test_a_state_without_anything_is_refused() -> None:
    with pytest.raises(StateError, match="the state is empty"):
        take(engine(state()), state())


def test_a_state_that_was_not_taken_whole_is_an_error() -> None:
    forgetful = engine(state())
    forgetful.loses = True

    with pytest.raises(StateError, match="has 0 resources, not 1"):
        take(forgetful, state({}))


def test_encrypted_values_are_not_secrets_that_one_can_read() -> None:
    held = state({"inputs": {"data": {"a": SECRET}}, "outputs": {"list": [SECRET]}})

    assert list(plain(held)) == []


@pytest.mark.parametrize(
    "marked",
    [
        {SIGNATURE: MARKED, "plaintext": '"s3cret"'},
        {SIGNATURE: MARKED, "value": "s3cret"},
        SECRET | {"plaintext": '"s3cret"'},
    ],
)
def test_what_is_marked_as_a_secret_and_can_be_read_is_found(marked: dict[str, str]) -> None:
    held = state({"outputs": {"list": [{"a": marked}]}})

    assert list(plain(held)) == [f"{URN} outputs.list[0].a"]


def test_a_secret_whose_values_are_written_out_is_found() -> None:
    kind = "kubernetes:core/v1:Secret"
    open_one = {"type": kind, "inputs": {"stringData": {"password": "s3cret", "other": SECRET}}}
    closed = {"type": kind, "inputs": {"stringData": {"password": SECRET}, "data": SECRET}}

    assert list(plain(state(open_one))) == [f"{URN} stringData"]
    assert list(plain(state(closed))) == []


def test_a_value_of_the_clusters_secrets_must_not_be_in_it_however_it_came_there() -> None:
    held = state({"inputs": {"data": {"url": 'redis://:line"1\nline2@features'}}})

    with pytest.raises(StateError, match="not encrypted: fraud/features password; it was not kept"):
        refuse_plain(held, {"fraud/features password": 'line"1\nline2'})
    refuse_plain(held, {"fraud/features password": "another-value"})


def test_certificates_names_and_short_values_are_not_looked_for() -> None:
    values = {
        "tls.crt": "certificate-for-all",
        "username": "verification-reader",
        "key-id": "objects-configuration",
        "port": "5432",
        "password": "long-enough-1",
    }
    secret = SimpleNamespace(
        metadata=SimpleNamespace(namespace="fraud", name="ledger"),
        data={key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    )

    assert list(worth_looking_for([secret])) == [("fraud/ledger password", "long-enough-1")]


def test_a_kept_state_is_read_from_a_file_that_is_what_its_checksum_says(tmp_path: Path) -> None:
    file = tmp_path / "state.json.gz"
    file.write_bytes(packed(state({})))
    Path(f"{file}.sha256").write_text(hashlib.sha256(file.read_bytes()).hexdigest() + "  state\n")

    body, name = read(str(file), "dev")
    assert unpacked(body, name) == state({})

    file.write_bytes(packed(state()))
    with pytest.raises(StateError, match="written was"):
        read(str(file), "dev")


def test_a_file_as_pulumi_wrote_it_is_a_state_as_well(tmp_path: Path) -> None:
    assert unpacked(b'{"version": 3}', "state.json") == {"version": 3}
    with pytest.raises(StateError, match=r"state.json is no state that was kept"):
        unpacked(b"\x1f\x8bnothing", "state.json")
    with pytest.raises(StateError, match=r"FROM is .*, allowed: a file, a moment of the bucket"):
        read(f"{tmp_path}/none.json", "dev")
