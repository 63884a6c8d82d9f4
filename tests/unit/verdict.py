"""What the policies say of parts that only the mock engine has seen."""

from collections.abc import Iterator

from policies.pack import OBJECT_POLICIES, STACK_POLICIES, judge
from policies.policy import Finding, Level, Objects
from tests.unit.engine import Made


def verdict(made: Made) -> list[str]:
    """One line for each thing that would end a preview outside dev."""
    objects = {f"{kind} {name}": each for (kind, name), each in made.items() if "kind" in each}
    names = {id(each): name for name, each in objects.items()}
    return [
        f"{policy}: {names.get(id(finding.owner), 'the stack')}: {finding.text}"
        for policy, finding in _findings(tuple(objects.values()))
    ]


def _findings(objects: Objects) -> Iterator[tuple[str, Finding]]:
    for policy in OBJECT_POLICIES:
        if policy.level is Level.MANDATORY:
            for each in objects:
                yield from ((policy.name, finding) for finding in judge(policy, each))
    for rule in STACK_POLICIES:
        if rule.level is Level.MANDATORY:
            yield from ((rule.name, finding) for finding in judge(rule, objects))
