from datetime import UTC, datetime
from typing import Any, Self

import pytest

from components.configuration_job.exporting import packed, stripped
from components.configuration_job.kinds import KINDS
from tests.e2e import configuration
from tests.e2e.compared import LEFT_OUT, compared, told
from tests.e2e.configuration import ConfigurationError, check
from tests.e2e.keeper import waiting

EARLIER, NOON, LATER = "2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def thing(name: str, made: str = EARLIER, kind: str = "ConfigMap", **more: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "fraud", "creationTimestamp": made, "uid": name}
    return {"apiVersion": "v1", "kind": kind, "metadata": meta, **more}


def test_an_export_of_all_that_is_there_is_whole() -> None:
    there = [thing("a", data={"k": "1"}), thing("b")]
    found = compared(map(stripped, there), there, AT)

    assert found.whole
    assert (found.exported, found.live, found.same) == (2, 2, 2)
    assert not found.changed + found.gone + found.new


@pytest.mark.parametrize("made", [EARLIER, NOON])
def test_what_was_there_and_is_not_in_it_is_missing(made: str) -> None:
    found = compared([], [thing("a", made)], AT)

    assert not found.whole
    assert found.missing == [("", "ConfigMap", "fraud", "a")]


def test_what_came_changed_or_went_since_is_told_and_no_fault() -> None:
    then = [stripped(thing("a", data={"k": "1"})), stripped(thing("b"))]
    found = compared(then, [thing("a", data={"k": "2"}), thing("c", LATER)], AT)

    assert found.whole
    assert [told(it) for it in found.changed] == ["ConfigMap fraud/a"]
    assert [told(it) for it in found.gone] == ["ConfigMap fraud/b"]
    assert [told(it) for it in found.new] == ["ConfigMap fraud/c"]


def test_what_another_object_brings_need_not_be_in_it() -> None:
    owned = thing("a")
    owned["metadata"]["ownerReferences"] = [{"kind": "Deployment"}]

    assert compared([], [owned, thing("default", kind="ServiceAccount")], AT).live == 0


def test_no_kind_is_both_exported_and_left_out() -> None:
    exported = {
        f"{kind}.{group}" if group else kind for group, kinds in KINDS.items() for kind in kinds
    }

    assert not exported & LEFT_OUT.keys()
    assert "secrets" in LEFT_OUT


def test_the_pod_that_opens_the_bucket_is_the_jobs_and_ends_by_itself() -> None:
    container = {"name": "configuration", "image": "i", "args": ["backup"], "command": ["python3"]}
    spec = {"serviceAccountName": "configuration", "containers": [container]}
    pod = waiting({"metadata": {"labels": {"a": "b"}}, "spec": spec}, "keeper-1")

    assert pod["metadata"] == {"name": "keeper-1", "labels": {"a": "b"}}
    assert pod["spec"]["serviceAccountName"] == "configuration"
    assert pod["spec"]["activeDeadlineSeconds"] > 0
    (only,) = pod["spec"]["containers"]
    assert "args" not in only
    assert only["command"][0] == "python3"
    assert "sleep" in only["command"][2]


class FakeConfiguration:
    """A bucket with one export, and a cluster of which kubectl tells."""

    kubeconfig = "kubeconfig"

    def __init__(self, body: bytes) -> None:
        self.body = body

    def keeper(self) -> "FakeConfiguration":
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to take away."""

    def fetch(self, prefix: str, suffix: str) -> tuple[str, bytes]:
        return f"{prefix}2026-11-21T12-00-00Z{suffix}", self.body


def checked(
    monkeypatch: pytest.MonkeyPatch, exported: list[dict[str, Any]], live: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(configuration, "live", lambda *_: live)
    monkeypatch.setattr(configuration, "kubectl", lambda *_, **__: "a serverside-applied (dry)\n")
    it: Any = FakeConfiguration(packed(map(stripped, exported)))
    check(it)


def test_a_check_tells_how_many_objects_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checked(monkeypatch, [thing("a")], [thing("a")])

    said = capsys.readouterr().out
    assert "1 objects of 0 namespaces; live are 1" in said
    assert "1 of 1 would be applied again" in said


def test_a_check_fails_by_what_is_missing_and_says_where_kinds_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigurationError, match="first ConfigMap fraud/b; add their kind to comp"):
        checked(monkeypatch, [thing("a")], [thing("a"), thing("b")])


def test_a_check_fails_if_the_api_server_does_not_take_all_of_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [thing("a"), thing("b")]
    with pytest.raises(ConfigurationError, match="1 objects would not be applied again"):
        checked(monkeypatch, both, both)
