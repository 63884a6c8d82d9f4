"""Models: which one decides, which one is tried beside it, and the way back."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request
from pydantic import Base64Bytes, BaseModel, Field

from app.api.actor import Actor
from app.api.bodies import Strict, Utc
from app.api.routes import documented
from app.ports.models import Alias, Kind, Model
from app.registry import Registry, State

_GATES: Final = 10

Version = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
Reason = Annotated[str, Field(min_length=3, max_length=500)]


class Published(Strict):
    """A model for the registry."""

    version: Version
    card: dict[str, Any] = Field(description="As the trainer writes it.")
    artifact: Base64Bytes = Field(description="ONNX, in base64.")


class Why(Strict):
    """Why something is done; it is kept."""

    reason: Reason


class Promotion(Why):
    """A model is to decide from now on."""

    forced: bool = Field(
        default=False, description="Without a gate that was passed. The history shows it."
    )


class Challenge(Why):
    """A model is to be tried in the shadow; none with null."""

    version: Version | None


class Rollback(Why):
    """The previous model is to decide again."""

    expected: Version | None = Field(
        default=None, description="The model that decides now, as the caller knows it."
    )


class Moved(BaseModel):
    """An alias was given to a version, or taken away (null)."""

    alias: Alias
    version: str | None
    kind: Kind
    actor: str
    reason: str
    at: Utc


class Judgement(BaseModel):
    """What a gate found of the model."""

    against: str = Field(description="The model that decided then.")
    passed: bool
    checks: list[dict[str, Any]] = Field(description="Each with what it found and needed.")
    judged_by: str
    at: Utc


class Kept(BaseModel):
    """A model as the registry has it, but for its bytes."""

    version: str
    card: dict[str, Any]
    gates: list[Judgement] = Field(description="The latest first.")


class Roles(BaseModel):
    """Who has which role."""

    live: str = Field(description="The model that the answering process decides with.")
    roles: dict[Alias, str]
    history: list[Moved] = Field(description="The latest first.")


router = documented("/v1/models", "models", also=(404, 409))


async def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.connected.registry
    return registry


Here = Annotated[Registry, Depends(_registry)]


@router.get("")
async def models(registry: Here) -> Roles:
    """Which model has which role, and how that came about."""
    return _roles(await registry.state())


@router.post("", status_code=201)
async def publish_model(body: Published, registry: Here, actor: Actor) -> Roles:
    """Keep a model. It has no role by that."""
    model = Model(body.version, body.card | {"version": body.version}, body.artifact)
    await registry.publish(model, actor)
    return _roles(await registry.state())


@router.post("/challenger")
async def set_challenger(body: Challenge, registry: Here, actor: Actor) -> Roles:
    """Let a model score in the shadow, a second later on every replica."""
    await registry.models.challenge(body.version, actor, body.reason)
    return _roles(await registry.state())


@router.get("/challenger/report")
async def challenger_report(registry: Here) -> dict[str, Any]:
    """Champion and challenger on the same payments, and what to do by the stated rules."""
    return await registry.report()


@router.get("/{version}")
async def model(version: Version, registry: Here) -> Kept:
    """A model's card, and what its gates found."""
    kept = await registry.models.get(version)
    gates = [
        Judgement.model_validate(gate, from_attributes=True)
        for gate in await registry.models.gates(version, _GATES)
    ]
    return Kept(version=kept.version, card=dict(kept.card), gates=gates)


@router.post("/{version}/promotion")
async def promote_model(version: Version, body: Promotion, registry: Here, actor: Actor) -> Roles:
    """Let a model decide, a second later on every replica."""
    await registry.models.promote(version, actor, body.reason, forced=body.forced)
    return _roles(await registry.state())


@router.post("/rollback")
async def roll_back_model(body: Rollback, registry: Here, actor: Actor) -> Roles:
    """Let the previous model decide again. One step: told twice, the second changes nothing."""
    await registry.models.roll_back(body.expected, actor, body.reason)
    return _roles(await registry.state())


def _roles(state: State) -> Roles:
    history = [Moved.model_validate(move, from_attributes=True) for move in state.history]
    return Roles(live=state.live, roles=dict(state.roles), history=history)
