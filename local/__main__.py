"""The engine's commands: `python -m local VERB`."""

import argparse
import os
import sys
from collections.abc import Sequence

from local import tools
from local.cluster import checks
from local.cluster.condition import kubeconfig
from local.cluster.logs import logs
from local.cluster.lowering import down
from local.cluster.raising import up
from local.cluster.status import status
from local.edge import raising as edge
from local.errors import EngineError
from local.images import build as images
from local.images import service

PRIVILEGED = ("up", "edge", "down", "status", "logs", "kubeconfig")
"""What a cluster keeps is closed to all but its owner."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what stops it is one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        if options.verb in PRIVILEGED:
            checks.root()
        options.run(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `status | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("error: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def _images(options: argparse.Namespace) -> None:
    images.build(options.names)
    print(images.report(options.names))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="VERB")

    verb = verbs.add_parser("up", help="start a cluster, or repair it")
    verb.add_argument("name", nargs="?", default="primary")
    verb.add_argument("--nodes", type=int)
    verb.set_defaults(run=lambda o: up(o.name, o.nodes))

    verb = verbs.add_parser("edge", help="start the witness, and the edge before these regions")
    verb.add_argument("regions", nargs="*", metavar="REGION=HOST:PORT")
    verb.set_defaults(run=lambda o: edge.up(o.regions))

    verb = verbs.add_parser("down", help="stop clusters and forget their state")
    verb.add_argument("names", nargs="+", metavar="NAME", help="or: edge, all")
    verb.set_defaults(run=lambda o: down(o.names))

    verb = verbs.add_parser("status", help="what runs, how fast it came, what it takes")
    verb.set_defaults(run=lambda _: status())

    verb = verbs.add_parser("logs", help="what a process said; without a name, the processes")
    verb.add_argument("process", nargs="?")
    verb.add_argument("-f", "--follow", action="store_true")
    verb.set_defaults(run=lambda o: logs(o.process, follow=o.follow))

    verb = verbs.add_parser("kubeconfig", help="the path of a cluster's kubeconfig")
    verb.add_argument("name", nargs="?", default="primary")
    verb.set_defaults(run=lambda o: print(kubeconfig(o.name)))

    verb = verbs.add_parser("plan", help="what `build` would build")
    verb.add_argument("names", nargs="*", metavar="NAME")
    verb.set_defaults(run=lambda o: tools.plan(*o.names))

    verb = verbs.add_parser("build", help="build tools (all that are missing)")
    verb.add_argument("names", nargs="*", metavar="NAME")
    verb.set_defaults(run=lambda o: tools.build(*o.names))

    verb = verbs.add_parser("images", help="make images (all that are out of date)")
    verb.add_argument("names", nargs="*", metavar="NAME")
    verb.set_defaults(run=_images)

    verb = verbs.add_parser("image", help="make one of our own images, and push it")
    verb.add_argument("name", nargs="?", choices=service.OURS, default="service")
    verb.add_argument("--registry", default="", help="another cluster's registry")
    verb.set_defaults(run=lambda o: print(service.build(o.registry, o.name)))
    return parser


if __name__ == "__main__":
    sys.exit(main())
