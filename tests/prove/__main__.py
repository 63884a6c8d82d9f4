"""`python -m tests.prove BAR…`: measure promises, write their evidence, exit by the verdict."""

import importlib
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.prove.errors import ProveError
from tests.prove.evidence import Evidence, Measured, commit, dirty, today
from tests.prove.figures import Figure
from tests.prove.machine import Machine

BAR_FILE = re.compile(r"[a-z]+_\d+")


def bars() -> list[str]:
    """Every bar there is: one per file that is named `<group>_<number>.py`."""
    files = (path.stem for path in Path(__file__).parent.glob("*.py"))
    names = (name for name in files if BAR_FILE.fullmatch(name))
    return sorted((n.replace("_", "-") for n in names), key=lambda n: int(n.rsplit("-", 1)[1]))


def prove(bar: str) -> Evidence:
    """Measure a bar; a measurement that breaks off is a record too."""
    module = importlib.import_module(f"tests.prove.{bar.replace('-', '_')}")
    measure: Callable[[], Measured] = module.measure
    started, machine, error = time.monotonic(), Machine.here(), None
    try:
        measured = measure()
    except ProveError as stopped:
        measured, error = Measured(trials=stopped.trials, figures=()), str(stopped)
    return Evidence(
        bar=bar,
        promise=module.PROMISE,
        command=f"make prove BAR={bar}",
        commit=commit(),
        dirty=dirty(),
        date=today(),
        seconds=round(time.monotonic() - started),
        machine=machine,
        figures=measured.figures,
        trials=measured.trials,
        error=error,
    )


def report(evidence: Evidence) -> None:
    """The figures and the verdict, as the person who waited wants them."""
    for figure in evidence.figures:
        print(f"{evidence.bar}  {_mark(figure)} {figure.name:<34} {figure.text:>14}  {figure.bar}")
    if evidence.error:
        print(f"{evidence.bar}  broke off: {evidence.error}")
    print(f"{evidence.bar}  {'kept' if evidence.holds else 'broken'}: {evidence.promise}")


def _mark(figure: Figure) -> str:
    return "✓" if figure.holds else "✗"


def main(arguments: list[str]) -> int:
    """The exit code: 0 all kept, 1 one broken, 2 no such bar."""
    if not arguments or not set(arguments) <= set(bars()):
        asked = " ".join(arguments) or "none"
        print(f"error: BAR is {asked!r}; allowed: {', '.join(bars())}", file=sys.stderr)
        return 2
    verdicts = []
    for bar in arguments:
        evidence = prove(bar)
        evidence.write()
        report(evidence)
        verdicts.append(evidence.holds)
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
