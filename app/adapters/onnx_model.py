"""A committed model, run by ONNX Runtime."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from app.domain.features import FEATURES
from app.domain.scoring import Judge, Thresholds
from app.domain.transactions import Floats
from app.models import CHAMPION, FOLDER
from app.ports.models import Unusable


class ModelError(Unusable):
    """Why a model cannot be used, in one line."""


class OnnxModel:
    """Scores rows on the calling thread: the service scales by processes, not by threads."""

    def __init__(self, version: str, model: bytes) -> None:
        self.version = version
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, rows: Floats) -> Floats:
        """The fraud probability of each row. In and inside double, as in training; out single."""
        (scores,) = self._session.run(None, {"rows": rows})
        return np.asarray(scores[:, 0], np.float64)


def load(version: str = CHAMPION, folder: Path = FOLDER) -> Judge:
    """The committed model of a version."""
    return opened(version, *read(version, folder))


def read(version: str = CHAMPION, folder: Path = FOLDER) -> tuple[dict[str, Any], bytes]:
    """The card and the bytes of a committed model."""
    return _card(version, folder), (folder / version / "model.onnx").read_bytes()


def opened(version: str, card: Mapping[str, Any], model: bytes) -> Judge:
    """A model from wherever it is kept, if it is what its card says and knows our features."""
    found = hashlib.sha256(model).hexdigest()
    if found != card["sha256"]:
        raise ModelError(
            f"model {version}: model.onnx has sha256 {found[:12]}…, its card says"
            f" {card['sha256'][:12]}…; train again: python -m app.training"
        )
    if tuple(card["features"]) != FEATURES:
        raise ModelError(
            f"model {version}: trained on the features {card['features']}, the service computes"
            f" {list(FEATURES)}; train again: python -m app.training"
        )
    return Judge(
        scorer=OnnxModel(version, model),
        thresholds=Thresholds(card["thresholds"]["review"], card["thresholds"]["decline"]),
        baseline=np.array([card["baseline"][name] for name in FEATURES]),
    )


def _card(version: str, folder: Path) -> dict[str, Any]:
    path = folder / version / "card.json"
    if not path.is_file():
        known = sorted(card.parent.name for card in folder.glob("*/card.json"))
        raise ModelError(f"model {version}: there is no such model; there are {known}")
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return card
