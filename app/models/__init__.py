"""The models: a folder per version with `model.onnx` and the card that tells how it came about."""

from pathlib import Path

FOLDER = Path(__file__).parent
CHAMPION = "lightgbm-2-2018-07-31"
"""The one that decides: its kind and edition, and the last day of what it was trained on."""
