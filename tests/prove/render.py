"""Writes measured figures into the documents, between markers; `--check` fails where they differ.

`<!-- evidence: engine-1.warm_seconds -->88 s<!-- /evidence -->` holds one figure,
`<!-- evidence: engine-1 -->` … `<!-- /evidence -->` the table of a whole bar,
`<!-- evidence: brain-1:rows -->` … `<!-- /evidence -->` what its trials tell, row by row.
"""

import re
import sys
from pathlib import Path
from typing import Any

from tests.prove.errors import ProveError
from tests.prove.evidence import FOLDER, ROOT, figures_of, read
from tests.prove.figures import Figure

MARKED = re.compile(
    r"(?P<open><!-- evidence: (?P<bar>[a-z]+-\d+)(?:\.(?P<figure>\w+)|:(?P<rows>rows))? -->)"
    r"(?P<text>.*?)(?P<close><!-- /evidence -->)",
    re.DOTALL,
)
NEVER = "not measured"


def rendered(text: str, folder: Path = FOLDER) -> str:
    """The document with every marked figure as its evidence has it."""

    def replace(found: re.Match[str]) -> str:
        bar, figure = found["bar"], found["figure"]
        whole = rows if found["rows"] else table
        body = one(bar, figure, folder) if figure else f"\n{whole(bar, folder)}\n"
        return f"{found['open']}{body}{found['close']}"

    return MARKED.sub(replace, text)


def one(bar: str, name: str, folder: Path) -> str:
    """A single figure's text."""
    record = read(bar, folder)
    if record is None:
        return NEVER
    figures = figures_of(record)
    if figures and name not in figures:
        raise ProveError(f"{bar} has no figure {name!r}; it has {', '.join(figures)}")
    return figures[name].text if figures else NEVER


def table(bar: str, folder: Path) -> str:
    """A bar's promise, figures and machine; of one that broke off, why and how far it came."""
    record = read(bar, folder)
    if record is None:
        return f"{NEVER}: `make prove BAR={bar}`"
    if record["error"]:
        found = [f"Broke off: {record['error']}. Trials on record: {len(record['trials'])}."]
    else:
        rows = [_row(figure) for figure in figures_of(record).values()]
        found = ["| figure | worst trial | bar | |", "|---|---|---|---|", *rows]
    promise = f"{record['promise']} (`{record['command']}`: **{record['verdict']}**)"
    return "\n".join([promise, "", *found, "", _provenance(record)])


def rows(bar: str, folder: Path) -> str:
    """The rows that a bar's trials hold (`rows`: texts by column, the same columns in each)."""
    record = read(bar, folder)
    found = [row for trial in (record or {}).get("trials", ()) for row in trial.get("rows", ())]
    if not found:
        return f"{NEVER}: `make prove BAR={bar}`"
    lines = [list(found[0]), ["---"] * len(found[0]), *(list(row.values()) for row in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(figure: Figure) -> str:
    name, mark = figure.name.replace("_", " "), "✓" if figure.holds else "✗"
    return f"| {name} | {figure.text} | {figure.bar or 'reported'} | {mark} |"


def _provenance(record: dict[str, Any]) -> str:
    machine, changed = record["machine"], " with changes" if record["dirty"] else ""
    turns = f" of {machine['turns']} million loop turns/s" if "turns" in machine else ""
    return (
        f"{record['date'][:10]}, commit `{record['commit'][:10]}`{changed}, "
        f"{machine['cores']} cores{turns}, {machine['memory_gib']} GiB, Linux {machine['kernel']}."
    )


def documents() -> list[Path]:
    """Where figures may stand."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def main(arguments: list[str]) -> int:
    """The exit code: 1 when `--check` finds a document that differs from the evidence."""
    stale = []
    for path in filter(Path.exists, documents()):
        before = path.read_text()
        try:
            after = rendered(before)
        except ProveError as wrong:
            print(f"error: {path.relative_to(ROOT)}: {wrong}", file=sys.stderr)
            return 1
        if after == before:
            continue
        stale.append(str(path.relative_to(ROOT)))
        if "--check" not in arguments:
            path.write_text(after)
    if stale and "--check" in arguments:
        print(
            f"error: {', '.join(stale)} differ from docs/evidence; "
            f"write them again: python -m tests.prove.render",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
