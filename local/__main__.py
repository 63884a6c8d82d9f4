"""The engine's commands: `python -m local VERB`."""

import argparse
import sys
from collections.abc import Sequence

from local.cluster.lowering import down
from local.cluster.raising import up
from local.errors import EngineError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what stops it is one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    verb = verbs.add_parser("up", help="start a cluster, or repair it")
    verb.add_argument("name", nargs="?", default="primary")
    verb.add_argument("--nodes", type=int)
    verb.set_defaults(run=lambda o: up(o.name, o.nodes))

    verb = verbs.add_parser("down", help="stop clusters and forget their state")
    verb.add_argument("names", nargs="+", metavar="NAME", help="or: all")
    verb.set_defaults(run=lambda o: down(o.names))
    return parser


if __name__ == "__main__":
    sys.exit(main())
