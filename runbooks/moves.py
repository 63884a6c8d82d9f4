"""Switchover, failover and fail-back, step by step.

The order is what makes them safe: the witness is told first, so that the old region can not renew
its lease; its lease runs out or is given back; its database is demoted, if it can be reached; only
then the other one is promoted. The edge follows the lease by itself.
"""

import json
from collections.abc import Callable
from threading import Thread
from typing import Any

import httpx

from runbooks.errors import RunbookError
from runbooks.guard import LEASE, others_stopped, refuse_two_writers
from runbooks.place import Place
from runbooks.region import CNPG, HOME, LEDGER, Region
from runbooks.steps import Steps, until

DEMOTION = 60.0
PROMOTION = 60.0
CLONE = 600.0
FOLLOWING = 30.0
"""Seconds in which a database that can follow begins to."""
NEAR = 1 << 20
"""Bytes of log by which a copy may be behind before a planned change begins."""
OWN = ("name", "namespace", "labels", "annotations")
SAME_FOLDER = {"cnpg.io/skipEmptyWalArchiveCheck": "enabled"}
"""What lies in its archive already does not keep a database from sending its log there."""


def switchover(place: Place, to: Region, steps: Steps) -> None:
    """Both regions are well, and nothing is lost: the copy takes over at a known place in the log.

    What fails before the database is demoted is taken back; what fails later is gone on with.
    """
    old = place.other(to)
    if unfinished(place) is to:
        token = old.ledger()["status"].get("demotionToken")
    else:
        token = _demote(place, old, to, steps)
    with steps.step(f"promote the ledger of {to.name}, all of the log in it"):
        _promote(place, to, token)
    _follow(place, to, steps)


def unfinished(place: Place) -> Region | None:
    """The region that a planned change was to let write, where it broke off before it did.

    The other one is demoted and both only copy, so the token of that demotion is complete.
    """
    to = place.writer()
    old = place.other(to)
    if not (to.copies() and old.copies()):
        return None
    demoted = old.ledger()["spec"]["replica"]["primary"] == to.name
    return to if demoted else None


def _demote(place: Place, old: Region, to: Region, steps: Steps) -> str:
    """Everything up to the known place in the log."""
    with steps.step(f"{old.name} writes, {to.name} follows closely"):
        _require_writer(place, old)
        _require_close(old, to)
        before = old.ledger()["status"].get("demotionToken")
    with steps.step(f"declare {to.name} at the witness"):
        place.witness.declare(to.name, instead_of=old.name)
    with steps.step(f"{old.name} gives its lease back"):
        _wait_lease(place, to)
    with steps.step(f"demote the ledger of {old.name}"):
        old.patch_ledger({"replica": _replica(old, writer=to)})
        return until(
            lambda: _new_token(old, before), within=DEMOTION, what=f"a token of {old.name}"
        )


def failover(place: Place, to: Region, steps: Steps) -> None:
    """The writing region is lost: its lease runs out, then the other one takes over.

    What the copy had not yet received is lost with it. If the region can be reached after all, it
    is demoted first.
    """
    old = place.other(to)
    with steps.step(f"declare {to.name} at the witness"):
        if place.witness.writer() != to.name:  # else this goes on where it was broken off
            place.witness.declare(to.name, instead_of=old.name)
    fencing = Thread(target=_fenced, args=(old, to), daemon=True)
    fencing.start()
    with steps.step(f"the lease of {old.name} ends"):
        _wait_lease(place, to)
    with steps.step(f"fence {old.name}, if it can be reached"):
        fencing.join()
    with steps.step(f"promote the ledger of {to.name}"):
        _promote(place, to, None)
    _follow(place, to, steps)


def rejoin(place: Place, steps: Steps) -> Region:
    """The region that does not write follows again; after a failover it is cloned anew.

    What it had and the other one never got goes: it was lost when the other one took over.
    """
    writer = place.writer()
    other = place.other(writer)
    with steps.step(f"{other.name} answers"):
        until(other.answers, within=CLONE, what=f"an answer of {other.name}")
    with steps.step(f"fence {other.name}"):  # its operator may come later than its API server
        until(lambda: _fenced(other, writer), within=CLONE, what="its operator", every=0.5)
    if not _will_follow(writer, other):
        with steps.step(f"clone the ledger of {writer.name} to {other.name}"):
            _clone(writer, other)
    with steps.step(f"{other.name} follows closely"):
        until(lambda: is_close(writer, other), within=CLONE, what="the copy", every=0.5)
    return other


def failback(place: Place, steps: Steps) -> None:
    """Writing goes back to where it belongs, without a loss."""
    home = place.regions[0]
    if place.writer().name == home.name:
        raise RunbookError(f"{home.name} writes already; there is nothing to go back to")
    rejoin(place, steps)
    switchover(place, home, steps)


def _require_writer(place: Place, region: Region) -> None:
    declared = place.writer()
    if declared.name != region.name:
        raise RunbookError(f"{declared.name} writes already; nothing to be done")


def _wait_lease(place: Place, to: Region) -> None:
    until(lambda: others_stopped(place, to), within=LEASE, what="the end of the lease", every=0.1)


def _promote(place: Place, to: Region, token: str | None) -> None:
    refuse_two_writers(place, to)
    replica = _replica(to, writer=to, source=place.other(to), token=token)
    until(lambda: _told(to, replica), within=PROMOTION, what=f"an answer of {to.name}", every=0.5)
    until(lambda: to.copies() is False, within=PROMOTION, what=f"a writable {to.name}", every=0.1)


def _told(region: Region, replica: dict[str, str | None]) -> bool:
    """Whether its operator could be told: an API server may be slow for a moment."""
    try:
        region.patch_ledger({"replica": replica})
    except RunbookError:
        return False
    return True


def _follow(place: Place, to: Region, steps: Steps) -> None:
    """The service there gets its lease, and the edge notices."""
    with steps.step(f"the service of {to.name} holds the lease"):
        until(lambda: leads(to.url), within=LEASE, what=f"the lease of {to.name}", every=0.1)
    if place.edge:
        with steps.step(f"the edge leads to {to.name}"):
            until(lambda: leads(place.edge), within=LEASE, what="the edge", every=0.1)


def leads(url: str) -> bool:
    """Whether what is behind this address acknowledges."""
    try:
        return httpx.get(f"{url}/leadz", timeout=1).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _fenced(region: Region, writer: Region) -> bool:
    """Whether its own operator stops its database from being written. Away, its lease does.

    For a failover the guard asks the region itself once more.
    """
    return not region.answers() or _told(region, _replica(region, writer=writer))


def _replica(
    region: Region, *, writer: Region, source: Region | None = None, token: str | None = None
) -> dict[str, str | None]:
    """What its operator is told of who writes; None takes an older token away."""
    return {
        "self": region.name,
        "primary": writer.name,
        "source": (source or writer).name,
        "promotionToken": token,
    }


def _new_token(region: Region, before: str | None) -> str | None:
    token = region.ledger()["status"].get("demotionToken")
    return str(token) if token and token != before else None


def _require_close(writer: Region, copy: Region) -> None:
    if not is_close(writer, copy):
        raise RunbookError(
            f"the ledger of {copy.name} does not follow {writer.name} closely;"
            " `make regions` shows how far it is"
        )


def behind(writer: Region, copy: Region) -> int | None:
    """By how many bytes of the log a copy is behind, or None if one of both does not answer."""
    try:
        received = copy.rows("SELECT pg_last_wal_replay_lsn()::text")[0][0]
        query = f"SELECT pg_current_wal_lsn() - '{received}'::pg_lsn"
        return int(writer.rows(query)[0][0])
    except (RunbookError, ValueError):
        return None


def is_close(writer: Region, copy: Region) -> bool:
    """A copy that receives: one of another history does not, however near its numbers are."""
    if not _follows(writer, copy):
        return False
    distance = behind(writer, copy)
    return distance is not None and distance <= NEAR


def _follows(writer: Region, copy: Region) -> bool:
    """Whether the copy receives from the timeline that the writer is on."""
    try:
        if not copy.copies():
            return False
        told = writer.psql("SELECT timeline_id FROM pg_control_checkpoint()")
        got = copy.psql("SELECT received_tli FROM pg_stat_wal_receiver WHERE status = 'streaming'")
    except RunbookError:
        return False
    return got.isdigit() and int(got) >= int(told)


def _will_follow(writer: Region, other: Region) -> bool:
    """Whether it comes to follow soon: a demoted one does, one of another history never."""
    try:
        return until(lambda: _follows(writer, other), within=FOLLOWING, what="it", every=1)
    except RunbookError:
        return False


def _clone(writer: Region, other: Region) -> None:
    """A new database object of the same name, begun from the other region's data."""
    thing = other.ledger()
    manager = _declarer(thing)
    cloned = _begun_anew(thing, writer, other)
    # The authority is both regions': it must outlive the object that made it.
    _orphan(other, f"{LEDGER}-ca")
    other.kubectl("delete", "clusters.postgresql.cnpg.io", LEDGER, "--wait=true", "--timeout=120s")
    claims = f"--selector=cnpg.io/cluster={LEDGER}"
    other.kubectl("delete", "persistentvolumeclaims", claims, "--wait=true", "--timeout=120s")
    other.apply(cloned, manager)
    until(lambda: healthy(other), within=CLONE, what=f"a healthy {other.name}", every=1)


def _begun_anew(thing: dict[str, Any], writer: Region, other: Region) -> dict[str, Any]:
    spec = dict(thing["spec"])
    first = spec["bootstrap"]
    origin = first.get("initdb") or first["pg_basebackup"]
    known = {key: origin[key] for key in ("database", "owner", "secret")}
    spec["bootstrap"] = {"pg_basebackup": {"source": writer.name, **known}}
    replica = _replica(other, writer=writer)
    spec["replica"] = {key: value for key, value in replica.items() if value}
    meta = {key: value for key, value in thing["metadata"].items() if key in OWN}
    if any(each.get("isWALArchiver") for each in spec.get("plugins", ())):
        # What wrote there was the same database, earlier. Any other one is refused, as it should.
        meta["annotations"] = {**meta.get("annotations", {}), **SAME_FOLDER}
    return {
        "apiVersion": "/".join(CNPG),
        "kind": "Cluster",
        "metadata": {**meta, "namespace": HOME},
        "spec": spec,
    }


def _declarer(thing: dict[str, Any]) -> str:
    """Who declared the object; in that name it is made again, so that updates go on."""
    managers = [
        each["manager"]
        for each in thing["metadata"].get("managedFields", [])
        if each["operation"] == "Apply"
    ]
    return managers[0] if managers else "runbook"


def _orphan(region: Region, secret: str) -> None:
    """It belongs to no object any more, unless to External Secrets, which keeps it."""
    owners = region.core.read_namespaced_secret(secret, HOME).metadata.owner_references or []
    if any(owner.kind == "Cluster" for owner in owners):
        region.kubectl(
            "patch", "secret", secret, "--type=merge",
            f"--patch={json.dumps({'metadata': {'ownerReferences': None}})}",
        )  # fmt: skip


def healthy(region: Region) -> bool:
    """Whether its operator finds nothing missing of its database."""
    try:
        conditions = region.ledger().get("status", {}).get("conditions", [])
    except RunbookError:
        return False
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


Act = Callable[[Steps], None]
