"""The scripts that Redis runs."""

from pathlib import Path

_HERE = Path(__file__).parent


def script(name: str) -> str:
    """One of them, behind what all of them share."""
    parts = (_HERE / f"{part}.lua" for part in ("windows", name))
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)
