"""What differs between environments, read once and checked before anything is planned."""

import json
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Self, get_args, get_type_hints

import pulumi
from pulumi import RunError

from components.redis_group import SIZES
from components.training import Schedules

BUILT = Path(__file__).parent.parent / "build"
BUILT_IMAGE = BUILT / "image.json"
BUILT_TRAINER = BUILT / "trainer.json"

FURTHER = ("mlops", "backups", "standby")
"""Parts beyond the core, each by the name of its profile."""
PARTS = ("core", *FURTHER, "all")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One environment. What has no default must be in its Pulumi.<stack>.yaml."""

    kubeconfig: str
    """Path of the cluster's kubeconfig."""
    context: str | None = None
    """Which of its contexts; without one, its current one."""
    render_to: str | None = None
    """Folder to write all objects into as YAML, instead of sending them to the cluster."""
    address: str
    """A node's name or address, as clients reach it."""
    manifests: str | None = None
    """Folder with the operators' releases; without one, they come from upstream."""
    image: str
    """The service's image; without one, the one that `make image` built last."""
    trainer_image: str = ""
    """The trainer's image, likewise; only where `mlops` is raised."""

    parts: str = "core"
    """The profile: `core`, `all`, or further parts by name, with commas between them."""
    memory_quota: str = "12Gi"
    """What all pods of the platform may ask for together."""
    api_replicas: int = 2
    postgres_instances: int = 2
    postgres_memory: str = "1Gi"
    postgres_storage: str = "2Gi"
    postgres_operators: int = 1
    """Replicas of the operator; with two, a failover waits for none when a node is lost."""
    protect_data: bool = False
    """Whether Pulumi refuses to take away what holds data, until it is told to unprotect it."""
    redis_memory_mib: int = 256
    redis_instances: int = 1
    """1, or 3: one that takes writes and two that take its place."""
    train_schedule: str = ""
    """When a model is trained anew, as cron's five fields in UTC; without, when someone says so."""
    train_promotes: bool = False
    """Whether a new model that passes its gate serves at once, or stays a challenger."""
    backup_schedule: str = "0 2 * * *"
    """When base backups are taken, as cron's five fields in UTC; the log goes all the time."""
    backup_keep_days: int = 7
    backup_megabytes_per_second: int | None = 1
    """How fast base backups are sent; without, as fast as can be, and who waits notices it."""
    verification_schedule: str = "30 3 * * *"
    """When the newest backup is restored and looked at."""
    configuration_schedule: str = "15 2 * * *"
    """When the objects of the platform's namespaces are exported."""
    configuration_keep_days: int = 30
    snapshot_class: str = ""
    """The VolumeSnapshotClass of the databases' storage, where that can take snapshots."""
    snapshot_schedule: str = "0 */6 * * *"
    region: str = "here"
    """This region's name, where there is a standby."""
    standby: str = ""
    """The standby region's name; the further settings of it are needed where it is raised."""
    standby_kubeconfig: str = ""
    standby_context: str | None = None
    standby_address: str = ""
    """Of a node there. Where there is a standby, both addresses are IPv4."""
    standby_postgres_instances: int = 2
    witness: str = ""
    """IPv4 of the etcd that says which region acknowledges."""
    witness_port: int = 2379
    witness_authority: str = ""
    """The file with the certificate of who signed the witness's own."""
    witness_password: str = ""
    """The file with its administrator's password: only the runbook reads it."""
    edge: str = ""
    """Where clients reach whichever region acknowledges; what stands there is told by hand."""
    drift_schedule: str = "17 * * * *"
    registry_schedule: str = "*/5 * * * *"

    @property
    def schedules(self) -> Schedules:
        """When the trainer's jobs run."""
        return Schedules(
            train=self.train_schedule, drift=self.drift_schedule, registry=self.registry_schedule
        )

    def has(self, part: str) -> bool:
        """Whether a part beyond the core is raised; a standby only where the settings name one."""
        if part == "standby" and not self.standby:
            return False
        return bool({"all", part} & set(self.parts.split(",")))

    @classmethod
    def load(cls) -> Self:
        """The stack's settings. The first thing that is wrong with them stops the program."""
        given = pulumi.Config().get_object("settings") or {}
        if not isinstance(given, dict):
            raise RunError(f"bulwark:settings is {_got(given)}, allowed: keys and values")
        if "image" not in given:
            given["image"] = built_image()
        given |= _asked(os.environ.get("SETTINGS"))
        if asked := os.environ.get("PARTS"):
            given["parts"] = asked
        _check(given, get_type_hints(cls), required={f.name for f in fields(cls) if _needed(f)})
        env = cls(**given)
        for name in env.parts.split(","):
            if name not in PARTS:
                raise RunError(f"bulwark:settings.parts is {name!r}, allowed: {', '.join(PARTS)}")
        if env.redis_instances not in SIZES:
            raise RunError(
                f"bulwark:settings.redis_instances is {env.redis_instances},"
                f" allowed: {' or '.join(map(str, SIZES))}"
            )
        _check_standby(env)
        if env.has("mlops") and not env.trainer_image:
            return replace(env, trainer_image=built_image(BUILT_TRAINER))
        return env


def built_image(record: Path = BUILT_IMAGE) -> str:
    """The image that `make image` built and pushed last, by digest."""
    try:
        return str(json.loads(record.read_text())["image"])
    except FileNotFoundError:
        raise RunError(
            f"bulwark:settings names no image and {record.name} was not built; "
            "set it or run `make image`"
        ) from None


STANDBY = ("standby", "standby_kubeconfig", "standby_address", "witness", "witness_authority")


def _check_standby(env: Settings) -> None:
    """What a standby needs is there, wherever one is named."""
    asked = "standby" in env.parts.split(",")
    missing = [key for key in STANDBY if not getattr(env, key)]
    if missing and (asked or env.standby):
        stack = pulumi.get_stack()
        raise RunError(
            f"bulwark:settings.{missing[0]} is missing, and a standby needs it;"
            f" add it to Pulumi.{stack}.yaml"
        )
    for key in ("address", "standby_address", "witness"):
        if env.standby and not _is_ipv4(getattr(env, key)):
            raise RunError(f"bulwark:settings.{key} is {getattr(env, key)!r}, allowed: an IPv4")


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _asked(settings: str | None) -> dict[str, Any]:
    """Settings for this run only, as a JSON object: a drill's three instances, a busier clock."""
    if not settings:
        return {}
    try:
        asked = json.loads(settings)
    except ValueError:
        asked = settings
    if not isinstance(asked, dict):
        raise RunError(f"SETTINGS is {asked!r}, allowed: a JSON object, keys and values")
    return asked


def _check(given: Mapping[str, Any], types: Mapping[str, Any], required: set[str]) -> None:
    for key, value in given.items():
        if key not in types:
            raise RunError(f"bulwark:settings.{key} is unknown, allowed: {', '.join(types)}")
        allowed = get_args(types[key]) or (types[key],)
        if type(value) not in allowed:
            names = " or ".join(NAMES[kind] for kind in allowed)
            raise RunError(f"bulwark:settings.{key} is {_got(value)}, allowed: {names}")
    for key in sorted(required - given.keys()):
        stack = pulumi.get_stack()
        raise RunError(f"bulwark:settings.{key} is missing; add it to Pulumi.{stack}.yaml")


NAMES = {str: "text", int: "a whole number", bool: "true or false", type(None): "nothing"}


def _needed(field: Any) -> bool:
    return field.default is MISSING


def _got(value: object) -> str:
    return f"{value!r} ({NAMES.get(type(value), type(value).__name__)})"
