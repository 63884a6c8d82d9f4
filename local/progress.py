"""Short, aligned output: which step runs, how long it took, how much time is left.

On a terminal one line is redrawn; anywhere else (CI, a file) plain lines are printed.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

GREEN, YELLOW, PLAIN = "\x1b[32m", "\x1b[33m", "\x1b[0m"
CLEAR = "\r\x1b[2K"
REDRAW_SECONDS = 0.5
"""How often the line on a terminal is redrawn."""
HEARTBEAT_SECONDS = 60.0
"""How often a long step says that it is alive where no line can be redrawn."""
FASTEST, SLOWEST = 0.02, 4.0
"""Bounds of the pace: a first short step must not promise a minute or threaten a day."""


def interactive() -> bool:
    """Whether a person watches: a terminal, and not one that forbids escapes."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def colour(text: str, code: str) -> str:
    """The text in a colour, where colours are wanted."""
    return f"{code}{text}{PLAIN}" if interactive() and "NO_COLOR" not in os.environ else text


def duration(seconds: float) -> str:
    """45s, 5m 22s, 1h 02m."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest}s"
    hours, minutes_of_hour = divmod(minutes, 60)
    return f"{hours}h {minutes_of_hour:02}m" if hours else f"{minutes}m {rest:02}s"


def size(megabytes: float) -> str:
    """850 MB, 2.4 GB."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"  # noqa: PLR2004


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


@dataclass
class Progress:
    """Goes through steps whose expected seconds are known, and says what is left.

    The time left is the expected time scaled by the pace seen so far: on a faster machine, or
    with a warm cache, it shrinks after the first step.
    """

    expected: Mapping[str, float]
    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Run one step; its line stays when it is done, and vanishes when it failed."""
        started = time.monotonic()
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(name, started, ended), daemon=True)
        watcher.start()
        try:
            yield
        except BaseException:
            self._stop(watcher, ended)
            raise
        self._stop(watcher, ended)
        self.took[name] = time.monotonic() - started
        print(self._line(name, colour(duration(self.took[name]), GREEN)), flush=True)

    def note(self, text: str) -> None:
        """One line between the steps."""
        print((CLEAR if interactive() else "") + colour(text, YELLOW), flush=True)

    def left(self, name: str, elapsed: float) -> float:
        """Seconds expected from now, being `elapsed` seconds into step `name`."""
        done = sum(self.expected[step] for step in self.took)
        pace = sum(self.took.values()) / done if done else 1.0
        pace = min(max(pace, FASTEST), SLOWEST)
        ahead = sum(t for step, t in self.expected.items() if step not in self.took | {name: 0})
        return max(self.expected[name] * pace - elapsed, 0) + ahead * pace

    def _watch(self, name: str, started: float, ended: threading.Event) -> None:
        redraw = interactive()
        elapsed = 0.0
        while True:
            left = f"about {duration(self.left(name, elapsed))} left"
            text = self._line(name, f"{duration(elapsed)}, {left}" if elapsed else left)
            print(f"{CLEAR}{text}" if redraw else text, end="" if redraw else "\n", flush=True)
            if ended.wait(REDRAW_SECONDS if redraw else HEARTBEAT_SECONDS):
                return
            elapsed = time.monotonic() - started

    def _stop(self, watcher: threading.Thread, ended: threading.Event) -> None:
        ended.set()
        watcher.join()
        if interactive():
            print(CLEAR, end="", flush=True)

    def _line(self, name: str, text: str) -> str:
        total = len(self.expected)
        number = f"{len(self.took) + (name not in self.took):>{len(str(total))}}/{total}"
        width = max(len(step) for step in self.expected)
        return f"[{number}] {name.ljust(width)}  {text}"
