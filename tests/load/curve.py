"""The knee as a picture: `.venv-load/bin/python -m tests.load.curve RESULT.json CURVE.svg`."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from tests.load.knee import P95_MS

COLOURS = {"locust": "tab:green", "vegeta": "tab:blue"}


def draw(result: dict[str, Any], file: Path) -> None:
    """Latency and achieved rate over the offered rate, one line per generator."""
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 7), layout="constrained")
    for generator, colour in COLOURS.items():
        steps = [step for step in result["steps"] if step["generator"] == generator]
        if not steps:
            continue
        steps.sort(key=lambda step: float(step["offered"]))
        offered = [step["offered"] for step in steps]
        for percent, style in ((50, ":"), (95, "-"), (99, "--")):
            seen = [step["milliseconds"][f"p{percent}"] for step in steps]
            label = f"{generator} P{percent}"
            above.plot(offered, seen, style, color=colour, marker=".", label=label)
        counted = [step["server"].get("p95") for step in steps]
        above.plot(offered, counted, "x", color=colour, label=f"server's P95 under {generator}")
        achieved = [step["achieved"] for step in steps]
        below.plot(offered, achieved, color=colour, marker=".", label=generator)
        if knee := result["knee"].get(generator):
            below.axvline(knee, color=colour, linestyle=":", label=f"knee {knee:,.0f}/s")
    above.axhline(P95_MS, color="tab:red", linewidth=0.8, label=f"{P95_MS:.0f} ms")
    above.set(ylabel="milliseconds", yscale="log", title=result["title"])
    below.set(xlabel="offered requests/s", ylabel="answered well/s", xscale="log")
    rates = sorted({step["offered"] for step in result["steps"]})
    below.set_xticks(rates, [f"{rate:,.0f}" for rate in rates], rotation=45)
    below.minorticks_off()
    for part in (above, below):
        part.grid(visible=True, which="both", linewidth=0.3)
        part.legend(fontsize="small")
    figure.savefig(file)


def main(arguments: list[str]) -> None:
    """From a result that `make load` wrote."""
    source, file = map(Path, arguments)
    draw(json.loads(source.read_text(encoding="utf-8")), file)


if __name__ == "__main__":
    main(sys.argv[1:])
