"""What a model has to pass before it may decide by itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from app.domain.comparison import MARGIN
from app.domain.drift import DRIFTED
from app.domain.ranking import Ranking
from app.domain.transactions import Flags, Floats

FRAUDS: Final = 100
"""Known ones in the week that judges: fewer would let chance promote."""
PARITY: Final = 1e-6
"""How far the exported model may differ from the trained one."""
EXPECTED: Final = (0.5, 2.0)
"""The sum of the probabilities, as a multiple of the frauds that there were."""
BRIER: Final = 1.05
"""How much larger than the champion's the mean squared error may be."""
SLOWER: Final = 3.0
"""How many times the champion's time a payment may take."""
SECONDS: Final = 0.002
"""What one payment may take in any case, reasons included."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Both models on the newest fully labelled week, which neither was trained on."""

    frauds: Flags
    champion: Floats
    challenger: Floats
    parity: float
    """Largest difference between the trained and the exported model."""
    seconds: Mapping[str, float]
    """Per payment, of "champion" and "challenger", measured in the same run."""
    psi: Mapping[str, float]
    """Of the week against the challenger's training data."""


@dataclass(frozen=True, slots=True)
class Check:
    """One condition."""

    check: str
    passed: bool
    found: float
    needed: str

    @property
    def line(self) -> str:
        """For a log."""
        mark = "passed" if self.passed else "FAILED"
        return f"{mark} {self.check:24} {self.found:12.6g}   needed {self.needed}"

    def as_json(self) -> dict[str, Any]:
        """As it is recorded."""
        return asdict(self)


def checks(evidence: Evidence) -> list[Check]:
    """All of them; a model passes that passes each. Without both kinds of payments: one, failed."""
    frauds = int(evidence.frauds.sum())
    enough = _at_least("known frauds", frauds, FRAUDS)
    if not 0 < frauds < len(evidence.frauds):
        return [enough]
    _, before = Ranking(evidence.frauds, evidence.champion).figures()
    _, now = Ranking(evidence.frauds, evidence.challenger).figures()
    low, high = EXPECTED
    ratio = float(evidence.challenger.sum() / frauds)
    errors = {
        name: float(((scores - evidence.frauds) ** 2).mean())
        for name, scores in (("was", evidence.champion), ("is", evidence.challenger))
    }
    took, usual = evidence.seconds["challenger"], evidence.seconds["champion"]
    worst = max(evidence.psi, key=lambda name: evidence.psi[name], default="")
    return [
        enough,
        _at_least(f"average precision ({before:.4f})", now - before, -MARGIN),
        Check("expected frauds", low <= ratio <= high, ratio, f"{low} to {high} of those there"),
        _at_most("Brier score", errors["is"], BRIER * errors["was"]),
        _at_most("ONNX differs by", evidence.parity, PARITY),
        _at_most("seconds per payment", took, min(SECONDS, SLOWER * usual)),
        Check(
            f"drift ({worst or 'not known'})",
            bool(evidence.psi) and evidence.psi[worst] <= DRIFTED,
            evidence.psi.get(worst, 0.0),
            f"at most {DRIFTED}",
        ),
    ]


def _at_least(name: str, found: float, needed: float) -> Check:
    return Check(name, found >= needed, float(found), f"at least {needed:g}")


def _at_most(name: str, found: float, needed: float) -> Check:
    return Check(name, found <= needed, float(found), f"at most {needed:.6g}")
