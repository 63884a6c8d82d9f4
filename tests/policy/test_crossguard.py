"""The bridge to CrossGuard, with pulumi-policy from the environment that the engine runs it in."""

from __future__ import annotations

import importlib
import runpy
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from policies.pack import OBJECT_POLICIES, STACK_POLICIES
from policies.policy import ObjectPolicy, StackPolicy, Subject

VENV = Path(__file__).parents[2] / ".venv-policies"
CRD = "kubernetes:apiextensions.k8s.io/v1"
TYPE = "kubernetes:core/v1:ConfigMap"
URN = f"urn:pulumi:dev::bulwark::{TYPE}::x"


@pytest.fixture(scope="module")
def pulumi_policy() -> ModuleType:
    """That one package of the other environment: its dependencies are in this one, too."""
    found = next(VENV.glob("lib/python*/site-packages/pulumi_policy/__init__.py"), None)
    assert found, f"pulumi-policy is not in {VENV}; run: make policies-venv"
    spec = spec_from_file_location("pulumi_policy", found)
    assert spec
    assert spec.loader
    module = sys.modules["pulumi_policy"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bridge(pulumi_policy: ModuleType) -> Any:  # noqa: ARG001 (it must be importable)
    return importlib.import_module("policies.__main__")


def same(name: str, policy: Any) -> Any:
    """A policy that objects to every object named `bad`, and looks at nothing else."""

    def of(seen: Any) -> Any:
        manifests = seen if isinstance(seen, tuple) else (seen,)
        return (Subject(where="it", body=each, owner=each) for each in manifests)

    def complaints(manifest: Any) -> Any:
        return (["is bad"] if manifest["metadata"]["name"] == "bad" else []).__iter__()

    return policy(name=name, sentence="Good.", of=of, complaints=complaints)


def props(pulumi_policy: ModuleType, **given: Any) -> Any:
    """Properties as the engine hands them over."""
    return pulumi_policy.proxy.unknown_checking_proxy(given)


def resource(pulumi_policy: ModuleType, token: str = TYPE, **given: Any) -> Any:
    return pulumi_policy.ResourceValidationArgs(
        token, props(pulumi_policy, **given), URN, "x", None, None
    )


def stack(pulumi_policy: ModuleType, *resources: tuple[str, str, Any]) -> Any:
    return pulumi_policy.StackValidationArgs(
        [
            pulumi_policy.PolicyResource(
                token, props(pulumi_policy, **given), urn, "x", None, None, None, [], {}
            )
            for urn, token, given in resources
        ]
    )


def unknown(pulumi_policy: ModuleType) -> str:
    value: str = pulumi_policy.proxy.UNKNOWN_STRING_VALUE
    return value


def test_values_come_through_plain_and_unknown_ones_loud(
    bridge: Any, pulumi_policy: ModuleType
) -> None:
    given = props(
        pulumi_policy, n=2.0, half=0.5, flag=True, items=[{"a": unknown(pulumi_policy)}, None]
    )

    plain = bridge.plain(given)

    assert plain["n"] == 2
    assert isinstance(plain["n"], int)
    assert (plain["half"], plain["flag"], plain["items"][1]) == (0.5, True, None)
    assert repr(plain["items"][0]["a"]) == "<unknown items[0].a>"


def test_a_resource_is_the_object_that_it_declares(bridge: Any) -> None:
    assert bridge.manifest_of("kubernetes:core/v1:Secret", {"type": "Opaque"}) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
    }
    assert bridge.manifest_of("kubernetes:apps/v1:DeploymentPatch", {"kind": "Deployment"}) == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
    }


def test_a_bad_object_is_reported(bridge: Any, pulumi_policy: ModuleType) -> None:
    told: list[str] = []
    policy = bridge.for_objects(same("p", ObjectPolicy), pulumi_policy.EnforcementLevel.MANDATORY)

    policy.validate(resource(pulumi_policy, metadata={"name": "good"}), told.append)
    policy.validate(resource(pulumi_policy, metadata={"name": "bad"}), told.append)
    for token in ("pulumi:providers:kubernetes", f"{CRD}:CustomResourceDefinition"):
        policy.validate(resource(pulumi_policy, token), told.append)

    assert told == ["it is bad"]
    assert policy.enforcement_level is pulumi_policy.EnforcementLevel.MANDATORY


def test_a_bad_object_of_a_stack_is_reported_at_its_own_address(
    bridge: Any, pulumi_policy: ModuleType
) -> None:
    told: list[tuple[str, str | None]] = []
    policy = bridge.for_stacks(same("p", StackPolicy), pulumi_policy.EnforcementLevel.ADVISORY)
    resources = stack(
        pulumi_policy,
        ("urn:1", TYPE, {"metadata": {"name": "good"}}),
        ("urn:2", TYPE, {"metadata": {"name": "bad"}}),
        ("urn:3", "pulumi:pulumi:Stack", {}),
    )

    policy.validate(resources, lambda text, urn: told.append((text, urn)))

    assert told == [("it is bad", "urn:2")]


def test_what_is_known_to_be_bad_is_reported_beside_what_is_not_known_yet(
    bridge: Any, pulumi_policy: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_DRY_RUN", "true")
    told: list[str] = []
    policy = bridge.for_stacks(same("p", StackPolicy), pulumi_policy.EnforcementLevel.MANDATORY)
    resources = stack(
        pulumi_policy,
        ("urn:1", TYPE, {"metadata": {"name": unknown(pulumi_policy)}}),
        ("urn:2", TYPE, {"metadata": {"name": "bad"}}),
    )

    with pytest.raises(pulumi_policy.proxy.UnknownValueError) as left:
        policy.validate(resources, lambda text, _: told.append(text))

    assert told == ["it is bad"]
    assert "metadata.name can't be known during preview" in left.value.message


def test_an_update_that_claims_not_to_know_a_value_is_stopped(
    bridge: Any, pulumi_policy: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_DRY_RUN", "false")
    told: list[str] = []
    policy = bridge.for_objects(same("p", ObjectPolicy), pulumi_policy.EnforcementLevel.MANDATORY)

    policy.validate(resource(pulumi_policy, metadata={"name": unknown(pulumi_policy)}), told.append)

    assert told == ["it: metadata.name is not known before the update"]


@pytest.mark.parametrize(
    ("name", "level"), [("dev", "advisory"), ("drill", "advisory"), ("prod", "mandatory")]
)
def test_the_folder_run_as_a_program_serves_every_policy_at_the_level_of_its_stack(
    pulumi_policy: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, level: str
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr(
        pulumi_policy, "PolicyPack", lambda _, pack: served.update({at.name: at for at in pack})
    )
    monkeypatch.setenv("PULUMI_STACK", name)
    monkeypatch.chdir(VENV.parent / "policies")

    runpy.run_path(".", run_name="__main__")

    assert list(served) == [each.name for each in (*OBJECT_POLICIES, *STACK_POLICIES)]
    assert served["postgres-backed-up"].enforcement_level.value == level
    assert served["images-pinned"].enforcement_level.value == "mandatory"
