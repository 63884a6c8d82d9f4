"""`make drill NAME=…`: something breaks while clients write, and what became of it is told.

The running stack is the target, found as every test finds it; no other machine can be named.
"""

import sys

from tests.drills.catalogue import DRILLS
from tests.drills.drill import perform
from tests.drills.load import Load
from tests.drills.record import account, picture
from tests.e2e.stack import RunningStack, StackDownError
from tests.prove.errors import ProveError


def main(arguments: list[str]) -> int:
    """The exit code: 0 nothing lost, 1 something lost or broken off, 2 no such drill."""
    if not arguments or not set(arguments) <= DRILLS.keys():
        asked = " ".join(arguments) or "none"
        print(f"error: NAME is {asked!r}; allowed:", file=sys.stderr)
        for drill in DRILLS.values():
            print(f"  {drill.name:<22} {drill.about}", file=sys.stderr)
        return 2
    well = True
    try:
        stack = RunningStack.find()
        load = Load(stack)
        for name in arguments:
            trial = perform(DRILLS[name], stack, load)
            print(f"{account(trial)}\n  {picture(trial)}")
            well = well and not trial["lost"] and not trial["not_linearizable"]
    except (ProveError, StackDownError) as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 1
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
