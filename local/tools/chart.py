"""Finishes a Helm chart taken from a module as upstream's packaging would."""

import shutil
from pathlib import Path

import yaml


def package(source: Path, target: Path, version: str) -> None:
    """Copy a chart, state its version, and drop optional subcharts that the module lacks.

    In a repository a chart says what it was when last released, and Helm refuses a chart whose
    subcharts are absent even where its values switch them off. It also refuses one that asks for a
    newer Kubernetes than Helm takes there to be where there is none: when a stack is rendered.
    """
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    file = target / "Chart.yaml"
    if not file.exists():
        (target / "Chart.template.yaml").rename(file)
    chart = yaml.safe_load(file.read_text())
    chart |= {"version": version.removeprefix("v"), "appVersion": version}
    chart.pop("kubeVersion", None)
    there = [part for part in chart.get("dependencies", []) if _present(part["name"], target)]
    chart["dependencies"] = there
    if not there:
        (target / "Chart.lock").unlink(missing_ok=True)
    file.write_text(yaml.safe_dump(chart, sort_keys=False))


def _present(name: str, chart: Path) -> bool:
    folder = chart / "charts"
    return (folder / name).is_dir() or any(folder.glob(f"{name}-*.tgz"))
