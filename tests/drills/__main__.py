"""`make drill NAME=…`: something breaks while clients write, and what became of it is told.

The running stack is the target, found as every test finds it; no other machine can be named.
"""

import json
import sys

from runbooks.errors import RunbookError
from runbooks.place import Place
from tests.drills.catalogue import DRILLS
from tests.drills.drill import perform
from tests.drills.load import Load
from tests.drills.record import account, picture
from tests.drills.regions import trial as region_trial
from tests.drills.regions.ground import Ground
from tests.e2e.stack import RunningStack, StackDownError
from tests.prove.errors import ProveError

REGIONS = {
    "region-killed": "every process of the writing region is killed (STACK=drill)",
    "region-cut": "the writing region is cut off from everything (STACK=drill)",
}


def main(arguments: list[str]) -> int:
    """The exit code: 0 nothing lost, 1 something lost or broken off, 2 no such drill."""
    alike = (set(arguments) <= DRILLS.keys(), set(arguments) <= REGIONS.keys())
    if not arguments or not any(alike):
        asked = " ".join(arguments) or "none"
        print(f"error: NAME is {asked!r}; allowed:", file=sys.stderr)
        for drill in DRILLS.values():
            print(f"  {drill.name:<22} {drill.about}", file=sys.stderr)
        for name, about in REGIONS.items():
            print(f"  {name:<22} {about}", file=sys.stderr)
        return 2
    if set(arguments) <= REGIONS.keys():
        return _of_regions(arguments)
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


def _of_regions(names: list[str]) -> int:
    """Likewise, on the two regions of STACK=drill."""
    well = True
    try:
        ground = Ground(Place.find("drill"))
        for name in names:
            trial = region_trial.perform(name.removeprefix("region-"), ground)
            print(json.dumps(trial, indent=2))
            well = well and not trial["two_at_once"] and not trial["lost_after_the_failover"]
    except (ProveError, RunbookError) as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 1
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
