import pytest

from policies.pack import OBJECT_POLICIES, STACK_POLICIES, judge
from policies.policy import Level, Manifest
from tests.policy.examples import BAD_CHANGES, Stack, bad_stack, good_stack

POLICIES = (*OBJECT_POLICIES, *STACK_POLICIES)
MANDATORY = [policy.name for policy in POLICIES if policy.level is Level.MANDATORY]


def complaining(stack: Stack) -> set[str]:
    """The names of the policies that a stack violates."""
    objects: tuple[Manifest, ...] = tuple(stack.values())
    return {
        policy.name
        for policy in OBJECT_POLICIES
        for manifest in objects
        if any(judge(policy, manifest))
    } | {policy.name for policy in STACK_POLICIES if any(judge(policy, objects))}


def test_a_well_made_stack_passes_every_policy() -> None:
    assert complaining(good_stack()) == set()


@pytest.mark.parametrize("policy", MANDATORY)
def test_a_bad_change_is_stopped_by_the_policy_made_for_it_and_no_other(policy: str) -> None:
    assert complaining(bad_stack(policy)) == {policy}


def test_every_mandatory_policy_has_its_bad_change() -> None:
    assert set(BAD_CHANGES) == set(MANDATORY)


def test_there_are_twelve_mandatory_policies_and_more() -> None:
    assert len(MANDATORY) >= 12


def test_no_two_policies_share_a_name() -> None:
    names = [policy.name for policy in POLICIES]

    assert len(names) == len(set(names))


def test_dev_is_excused_from_backups_and_from_nothing_else() -> None:
    lenient = {
        policy.name
        for policy in POLICIES
        if policy.level is Level.MANDATORY and policy.level_in("dev") is Level.ADVISORY
    }

    assert lenient == {"postgres-backed-up"}


@pytest.mark.parametrize("stack", ["prod", "staging", "Dev", "dev-2", ""])
def test_a_stack_of_any_other_name_than_dev_is_judged_as_production(stack: str) -> None:
    assert all(policy.level_in(stack) is policy.level for policy in POLICIES)
