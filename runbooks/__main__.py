"""`make regions|switchover|failover|failback|…`: `python -m runbooks VERB`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from local.errors import EngineError
from local.progress import table
from runbooks import joining, moves
from runbooks.errors import RunbookError
from runbooks.place import Place
from runbooks.region import Region
from runbooks.steps import Steps
from runbooks.watchman import Watchman

Verb = tuple[str, Callable[[Place, argparse.Namespace], None], str]
"""Its name, what it does, and a line about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: what stops a runbook is one line, and names the step."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(Place.find(), options) or 0)
    except (RunbookError, EngineError) as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: interrupted; the same command goes on from here", file=sys.stderr)
        return 130


def status(place: Place, _: argparse.Namespace) -> None:
    """Who writes, who may acknowledge, and how far the copy is."""
    writer, holders = place.writer(), place.witness.holders()
    heading = ("REGION", "DECLARED", "HOLDERS", "DATABASE", "BEHIND", "SERVICE")
    rows = [_row(region, writer, holders.get(region.name, 0)) for region in place.regions]
    print(table([heading, *rows]))


def _row(region: Region, writer: Region, holders: int) -> tuple[str, ...]:
    copies = region.copies()
    distance = moves.behind(writer, region) if copies else None
    return (
        region.name,
        "writer" if region.name == writer.name else "standby",
        str(holders),
        {None: "away", True: "copy", False: "writable"}[copies],
        "-" if distance is None else f"{distance} B",
        region.url if region.answers() else "away",
    )


def _switchover(place: Place, options: argparse.Namespace) -> None:
    usual = moves.unfinished(place) or place.other(place.writer())
    to = place.region(options.to) if options.to else usual
    _timed(lambda steps: moves.switchover(place, to, steps))


def _failover(place: Place, options: argparse.Namespace) -> None:
    writer = place.writer()
    to = place.region(options.to) if options.to else place.other(writer)
    if to.copies() is None:
        raise RunbookError(f"{to.name} does not answer, so it cannot take over")
    _timed(lambda steps: moves.failover(place, to, steps))


def _failback(place: Place, _: argparse.Namespace) -> None:
    _timed(lambda steps: moves.failback(place, steps))


def _rejoin(place: Place, _: argparse.Namespace) -> None:
    _timed(lambda steps: _only(moves.rejoin(place, steps)))


def _only(_: Region) -> None:
    """Which one it was is in the steps."""


def _watch(place: Place, _: argparse.Namespace) -> None:
    print(f"watching {place.writer().name}", flush=True)
    Watchman(place).guard(Steps())


def _enrol(place: Place, _: argparse.Namespace) -> None:
    joining.enrol(place)


def _joining(place: Place, options: argparse.Namespace) -> int:
    return joining.joining(*place.regions, options.command)


def _timed(move: "moves.Act") -> None:
    steps = Steps()
    move(steps)
    print(f"done in {steps.seconds:.1f} s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runbooks", description=__doc__)
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="VERB")
    plain: tuple[Verb, ...] = (
        ("status", status, "who writes, who may acknowledge, how far the copy is"),
        ("failback", _failback, "the lost region follows again, then writes again"),
        ("rejoin", _rejoin, "only the first half of it"),
        ("watch", _watch, "fail over by itself when the writing region is lost"),
        ("enrol", _enrol, "make the witness and the edge know both regions"),
    )
    for name, run, about in plain:
        verbs.add_parser(name, help=about).set_defaults(run=run)
    moving: tuple[Verb, ...] = (
        ("switchover", _switchover, "planned: nothing is lost"),
        ("failover", _failover, "the writing region is lost: the other one takes over"),
    )
    for name, run, about in moving:
        verb = verbs.add_parser(name, help=about)
        verb.add_argument("--to", help="the region that is to write; the other one, if not said")
        verb.set_defaults(run=run)
    verb = verbs.add_parser("joining", help="run a command, and give the standby its token")
    verb.add_argument("command", nargs="+")
    verb.set_defaults(run=_joining)
    return parser


if __name__ == "__main__":
    sys.exit(main())
