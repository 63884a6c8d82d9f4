"""Who decides where this code runs."""

from app.adapters.champion import champion, committed
from app.models import CHAMPION
from app.ports.models import Model
from tests.unit.app.memory_models import MemoryModels


async def test_the_images_own_model_decides_where_the_registrys_can_not_be_run() -> None:
    models = MemoryModels(CHAMPION)
    own = committed()
    other = Model("other", own.card, own.artifact)
    foreign = Model("foreign", dict(own.card) | {"features": ["amount"]}, own.artifact)

    assert (await champion(models)).version == CHAMPION
    for model, decides in ((other, "other"), (foreign, CHAMPION)):
        await models.publish(model, "someone")
        await models.promote(model.version, "someone", "because", forced=True)
        assert (await champion(models)).version == decides
