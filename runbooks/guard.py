"""What refuses a second writer: asked immediately before a database is promoted, every time."""

from runbooks.errors import RunbookError
from runbooks.place import Place
from runbooks.region import Region

LEASE = 15.0
"""Seconds after which a lease of at most ten is over, whatever the witness was doing."""


def others_stopped(place: Place, region: Region) -> bool:
    """Whether no process of another region can acknowledge any more, reached or not."""
    return not (place.witness.holders().keys() - {region.name})


def refuse_two_writers(place: Place, region: Region) -> None:
    """Raise unless this region alone may write: by the witness, and by the other one's own word.

    A region that does not answer cannot be asked. That its lease is over is the proof then: what
    it may still write, it does not acknowledge.
    """
    declared = place.witness.writer()
    if declared != region.name:
        raise RunbookError(
            f"refused: {declared} is declared to write, and not {region.name}; two would"
        )
    if not others_stopped(place, region):
        holders = ", ".join(place.witness.holders().keys() - {region.name})
        raise RunbookError(f"refused: {holders} may still acknowledge; its lease is not over")
    other = place.other(region)
    if other.answers() and _wants_to_write(other):
        raise RunbookError(
            f"refused: the database of {other.name} answers and is not demoted; two would write"
        )


def _wants_to_write(region: Region) -> bool:
    replica = region.ledger()["spec"].get("replica", {})
    return bool(replica.get("primary") == region.name)
