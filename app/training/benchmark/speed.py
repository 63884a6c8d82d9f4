"""How long the champion takes for a payment, on one thread."""

from time import process_time

import numpy as np

from app.adapters.onnx_model import load

_ROWS = 10_000
_RUNS = 5


def microseconds() -> float:
    """Of CPU per payment in batches of 10,000: the best of five."""
    judge = load()
    spread = np.random.default_rng(0).uniform(0, 3, (_ROWS, len(judge.baseline)))
    rows, took = judge.baseline * spread, []
    for _ in range(_RUNS):
        start = process_time()
        judge.scorer.probabilities(rows)
        took.append(process_time() - start)
    return round(min(took) / _ROWS * 1e6, 2)
