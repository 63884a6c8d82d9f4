"""A trial as a picture: answers over time, the gap, and who was primary when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.drills.operations import Operation
from tests.prove.figures import Trial

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 960, 330, 52, 96, 44
COLUMNS = 240
"""Of the histogram, at most; none is narrower than a quarter of a second."""
NARROWEST = 0.25
BEFORE, AFTER = 6.0, 4.0
"""Seconds that are shown before the fault and after the last thing that is told."""
KINDS = (
    ("acknowledged", "#2f7d4f"),
    ("refused", "#d98b1f"),
    ("no answer", "#b3362b"),
)
STEPS = (
    ("detect", "#8fb3d9"),
    ("decide", "#5f8fc4"),
    ("promote", "#396aa3"),
    ("reroute", "#1f4470"),
)


def drawn(trial: Trial, operations: Sequence[Operation], fault: float) -> str:
    """The picture as SVG."""
    told = [it for it in operations if it.kind == "tell"]
    end = max(trial["gap_from_fault"] + trial["gap_seconds"], *_moments(trial), 4.0) + AFTER
    scale = Scale(-BEFORE, min(end, max(it.answered for it in told) - fault))
    parts = [
        *_frame(trial),
        *_gap(trial, scale),
        *_columns(told, fault, scale),
        *_split(trial, scale),
        *_notes(trial, scale),
        *_axis(scale),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, *parts, "</svg>", ""])


@dataclass(frozen=True)
class Scale:
    """Seconds from the fault to places across the picture."""

    start: float
    end: float

    def x(self, seconds: float) -> float:
        """The place of a moment, held inside the frame."""
        share = (seconds - self.start) / (self.end - self.start)
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - 12), 1)


def _moments(trial: Trial) -> list[float]:
    return [at for at, _ in trial["notes"]] + [float(trial["whole_seconds"])]


def _frame(trial: Trial) -> Iterator[str]:
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    title = f"{trial['id']}: {trial['gap_seconds']} s without an acknowledgement"
    lost = f"{len(trial['lost'])} of {trial['acknowledged']} acknowledged payments lost"
    yield _text(LEFT, 20, f"{title}, {lost}", size=14)
    for number, (name, colour) in enumerate(KINDS):
        x = LEFT + 120 * number
        yield f'<rect x="{x}" y="{HEIGHT - 14}" width="10" height="10" fill="{colour}"/>'
        yield _text(x + 15, HEIGHT - 5, name)


def _gap(trial: Trial, scale: Scale) -> Iterator[str]:
    start = scale.x(trial["gap_from_fault"])
    width = scale.x(trial["gap_from_fault"] + trial["gap_seconds"]) - start
    height = HEIGHT - TOP - BOTTOM
    yield f'<rect x="{start}" y="{TOP}" width="{width:.1f}" height="{height}" fill="#f4dede"/>'


def _columns(told: Sequence[Operation], fault: float, scale: Scale) -> Iterator[str]:
    """Answers by when they came, piled up by kind."""
    wide = max((scale.end - scale.start) / COLUMNS, NARROWEST)
    counts: dict[int, list[int]] = {}
    for it in told:
        place = int((it.answered - fault - scale.start) // wide)
        kind = 0 if it.acknowledged else 2 if it.status == 0 else 1
        counts.setdefault(place, [0, 0, 0])[kind] += 1
    high = max((sum(pile) for pile in counts.values()), default=1)
    floor, room = HEIGHT - BOTTOM, HEIGHT - TOP - BOTTOM
    for place, pile in sorted(counts.items()):
        x, right = (scale.x(scale.start + wide * at) for at in (place, place + 1))
        y = float(floor)
        for (_, colour), count in zip(KINDS, pile, strict=True):
            tall = room * count / high
            y -= tall
            if tall and right > x:
                size = f'width="{right - x:.1f}" height="{tall:.1f}"'
                yield f'<rect x="{x}" y="{y:.1f}" {size} fill="{colour}"/>'
    yield _text(4, TOP + 10, f"{high / wide:.0f}/s")


def _split(trial: Trial, scale: Scale) -> Iterator[str]:
    """Detect, decide, promote, re-route: a bar above the answers."""
    at = 0.0
    for name, colour in STEPS if trial["split"] else ():
        seconds = trial["split"][name]
        x, right = scale.x(at), scale.x(at + seconds)
        yield (
            f'<rect x="{x}" y="{TOP - 14}" width="{right - x:.1f}" height="10" fill="{colour}">'
            f"<title>{name} {seconds} s</title></rect>"
        )
        at += seconds
    if trial["split"]:
        told = ", ".join(f"{name} {trial['split'][name]} s" for name, _ in STEPS)
        yield _text(LEFT, 38, told, fill="#396aa3")


def _notes(trial: Trial, scale: Scale) -> Iterator[str]:
    """What was done, at its time, in rows so that the texts do not lie over each other."""
    marks = [*trial["notes"], [trial["whole_seconds"], "whole again"]]
    for number, (at, what) in enumerate(marks):
        x, y = scale.x(at), 54 + 13 * (number % 2)
        line = f'x1="{x}" x2="{x}" y1="{y + 2}" y2="{HEIGHT - BOTTOM}"'
        yield f'<line {line} stroke="#555" stroke-dasharray="3 3"/>'
        anchor = "end" if x > WIDTH * 0.7 else "start"
        yield _text(x, y, what, anchor=anchor)


def _axis(scale: Scale) -> Iterator[str]:
    floor = HEIGHT - BOTTOM
    yield f'<line x1="{LEFT}" x2="{WIDTH - 12}" y1="{floor}" y2="{floor}" stroke="#333"/>'
    span = scale.end - scale.start
    step = next(s for s in (1, 2, 5, 10, 20, 30, 60, 120, 300) if span / s <= 16 or s == 300)
    for at in range(int(scale.start // step) * step, int(scale.end) + 1, step):
        if at >= scale.start:
            yield _text(scale.x(at), floor + 14, f"{at} s", anchor="middle")


def _text(
    x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", fill: str = "#222"
) -> str:
    place = f'x="{x}" y="{y}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{fill}">{escape(text)}</text>'
