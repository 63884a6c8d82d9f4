"""The service's model, opened the same way behind every server: one thread, one session.

Runs in each peer's own environment, so it asks for nothing but NumPy and ONNX Runtime.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

MODEL = "PEER_MODEL"
"""The environment's name for the model's file."""


def opened() -> Any:
    """A session like the service's own."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    file = Path(os.environ[MODEL])
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def scores(session: Any, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The fraud probability of each row."""
    (found,) = session.run(None, {session.get_inputs()[0].name: rows})
    return np.asarray(found[:, 0], np.float64)
