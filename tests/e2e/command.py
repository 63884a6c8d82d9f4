"""A command of the Makefile that talks to the running stack: its failures are one line each."""

import sys
from collections.abc import Callable

import httpx

from tests.e2e.stack import StackDownError
from tests.e2e.waiting import TooLateError


def run(main: Callable[[], None]) -> None:
    """Exit by the outcome."""
    try:
        main()
    except (StackDownError, AssertionError, TooLateError, httpx.HTTPError) as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        sys.exit(1)
