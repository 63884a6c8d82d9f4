"""Rule sets: written as drafts, test-run, put live, and back."""

from typing import Annotated

from fastapi import Path, Query

from app.api.actor import Actor
from app.api.analysts import Here
from app.api.routes import documented
from app.api.rule_bodies import (
    GoLive,
    Live,
    Summary,
    TestReport,
    TestRun,
    Version,
    Versions,
)
from app.definitions import Definition
from app.domain.ruling import Ruling

router = documented("/v1/rules", "rules", also=(404, 409))

_LAST = 2**31 - 1
Numbered = Annotated[int, Path(ge=1, le=_LAST)]
OrBuiltIn = Annotated[int, Path(ge=0, le=_LAST, description="0 is the built-in set: no rules.")]


@router.post("", status_code=201)
async def draft_rules(definition: Definition, here: Here, actor: Actor) -> Version:
    """Write a draft under the next version. It judges nothing yet."""
    return Version.of(await here.rules.create(definition.rule_set(), definition.note, actor))


@router.put("/{version}")
async def rewrite_rules(
    version: Numbered, definition: Definition, here: Here, actor: Actor
) -> Version:
    """Write a draft again. What was live once stays as it was."""
    rules = definition.rule_set(version)
    return Version.of(await here.rules.replace(rules, definition.note, actor))


@router.get("")
async def list_rules(
    here: Here,
    before: Annotated[int, Query(ge=1, le=_LAST)] = _LAST,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Versions:
    """All versions, the newest first."""
    found = await here.rules.page(before, limit)
    last = found[-1].rules.version if len(found) == limit else None
    return Versions(versions=[Summary.of(one) for one in found], next=last)


@router.get("/{version}")
async def read_rules(version: Numbered, here: Here) -> Version:
    """One version."""
    return Version.of(await here.rules.get(version))


@router.post("/{version}/test")
async def run_rules_test(version: Numbered, body: TestRun, here: Here, actor: Actor) -> TestReport:
    """Judge the latest payments by it and by the live version. Nothing is decided by that."""
    stored = await here.rules.get(version)
    draft = Ruling(stored.rules, await here.rules.lists(stored.rules))
    trial = await here.trials.run(draft, payments=body.payments, seconds=body.seconds)
    report = TestReport.of(trial, stored.rules)
    await here.rules.tested(stored, report.model_dump(mode="json"), actor)
    return report


@router.post("/{version}/live")
async def put_rules_live(version: OrBuiltIn, body: GoLive, here: Here, actor: Actor) -> Live:
    """Let it judge, a second or two later on every replica. An earlier version: a rollback."""
    await here.rules.go_live(version, actor, body.why, forced=body.forced)
    return Live(version=version)
