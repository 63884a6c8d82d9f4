"""Who decides where this code runs, for jobs that look at its model."""

import structlog

from app.adapters import onnx_model
from app.models import CHAMPION
from app.ports.models import Alias, Model, Models, Unusable

log = structlog.get_logger(__name__)


def committed() -> Model:
    """The image's own model."""
    return Model(CHAMPION, *onnx_model.read())


async def champion(models: Models) -> Model:
    """The registry's champion; where this code can not run it, the image's own, as in the API."""
    version = (await models.roles()).get(Alias.CHAMPION)
    if version is None:
        return committed()
    model = await models.get(version)
    try:
        onnx_model.opened(version, model.card, model.artifact)
    except Unusable as why:
        log.warning("the image's own model decides instead", why=str(why), version=CHAMPION)
        return committed()
    return model
