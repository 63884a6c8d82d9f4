"""Hands the policies to Pulumi's CrossGuard. The only file here that knows of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

# The engine runs this folder as a program, with its files as top-level modules.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policies.pack import OBJECT_POLICIES, STACK_POLICIES, judge
from policies.policy import Finding, Manifest, ObjectPolicy, StackPolicy, Undecided
from policies.unknowns import Unknown

PREFIX = "kubernetes:"
# No policy looks at these, and reading the megabytes of an operator's schemas takes seconds.
SCHEMAS = ":CustomResourceDefinition"


def is_judged(token: str) -> bool:
    """Whether a resource is a Kubernetes object that the policies look at."""
    return token.startswith(PREFIX) and not token.endswith(SCHEMAS)


def plain(value: Any, path: str = "") -> Any:
    """The engine's values as plain data, with every unknown one made loud."""
    if isinstance(value, Mapping):
        return {key: _plain_at(value, key, f"{path}.{key}" if path else key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain_at(value, index, f"{path}[{index}]") for index in range(len(value))]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # the wire knows only floats
    return value


def _plain_at(holder: Any, key: Any, path: str) -> Any:
    try:
        return plain(holder[key], path)
    except UnknownValueError:
        return Unknown(path)


def manifest_of(token: str, props: Mapping[str, Any]) -> Manifest:
    """A resource as the Kubernetes object that it declares."""
    version, _, kind = token.removeprefix(PREFIX).partition(":")
    return {"apiVersion": version.removeprefix("core/"), "kind": kind, **plain(props)}


def report(findings: Iterable[Finding], tell: Callable[[Finding], None]) -> None:
    """Tells what is wrong, then what cannot be judged yet.

    The engine takes an unknown value as a note whatever the level: a preview goes on, and the
    update, which knows the value, is where a mandatory policy stops it. An update that claims not
    to know one is stopped, too.
    """
    undecided = None
    for finding in findings:
        if isinstance(finding, Undecided) and os.environ.get("PULUMI_DRY_RUN") == "true":
            undecided = finding
        else:
            tell(finding)
    if undecided:
        raise UnknownValueError(UNKNOWN_STRING_VALUE, [undecided.path])


def for_objects(policy: ObjectPolicy, level: EnforcementLevel) -> ResourceValidationPolicy:
    """A policy on single objects, as CrossGuard wants it."""

    def validate(args: ResourceValidationArgs, violation: Callable[[str], None]) -> None:
        if is_judged(args.resource_type):
            findings = judge(policy, manifest_of(args.resource_type, args.props))
            report(findings, lambda finding: violation(finding.text))

    return ResourceValidationPolicy(policy.name, policy.sentence, validate, level)


def for_stacks(policy: StackPolicy, level: EnforcementLevel) -> StackValidationPolicy:
    """A policy on all objects together, as CrossGuard wants it."""

    def validate(args: StackValidationArgs, violation: Callable[[str, str | None], None]) -> None:
        objects = {
            each.urn: manifest_of(each.resource_type, each.props)
            for each in args.resources
            if is_judged(each.resource_type)
        }
        urns = {id(manifest): urn for urn, manifest in objects.items()}
        findings = judge(policy, tuple(objects.values()))
        report(findings, lambda finding: violation(finding.text, urns.get(id(finding.owner))))

    return StackValidationPolicy(policy.name, policy.sentence, validate, level)


def main() -> None:
    """Serves the policies to the engine, at the levels of the stack."""
    stack = os.environ["PULUMI_STACK"]

    def level(policy: ObjectPolicy | StackPolicy) -> EnforcementLevel:
        return EnforcementLevel(policy.level_in(stack).value)

    PolicyPack(
        "bulwark",
        [
            *(for_objects(policy, level(policy)) for policy in OBJECT_POLICIES),
            *(for_stacks(policy, level(policy)) for policy in STACK_POLICIES),
        ],
    )


if __name__ == "__main__":
    main()
