"""Pods as this platform wants them: no privilege, no root, nothing writable but what is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.component import Spec
from components.secret_key import SecretKey


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a container asks for. CPU is requested and never limited: throttling costs latency."""

    cpu: str
    memory: str

    @property
    def spec(self) -> Spec:
        """Memory's request is its limit, so a pod is never evicted for a neighbour's appetite."""
        return {
            "requests": {"cpu": self.cpu, "memory": self.memory},
            "limits": {"memory": self.memory},
        }


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A volume and where the container sees it. Without a source, a claim of that name."""

    name: str
    path: str
    source: Spec | None = None


TMP = Mount(name="tmp", path="/tmp", source={"empty_dir": {}})  # noqa: S108 (the pod's own folder)

BESIDE: Spec = {"restart_policy": "Always"}
"""What a container that is `first` adds, to go on running beside the others."""


def hardened_pod(
    container: Spec,
    *,
    labels: Mapping[str, str],
    user: int,
    mounts: tuple[Mount, ...] = (),
    first: Sequence[Spec] = (),
    beside: Sequence[Spec] = (),
    also: Spec | None = None,
) -> Spec:
    """A pod template around one container that passes Pod Security `restricted`, and more.

    The root file system is read-only with a /tmp of its own, and no service account token is
    mounted. What is `first` runs to its end before, one after the other, and what is `beside` runs
    as long as the container, under the same rules and with the same mounts. `also` holds further
    fields of the pod's spec.
    """
    mounts = (*mounts, TMP)
    earlier = {"init_containers": [_locked(each, mounts) for each in first]} if first else {}
    return {
        "metadata": {"labels": labels},
        "spec": {
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": {
                "run_as_non_root": True,
                "run_as_user": user,
                "run_as_group": user,
                "fs_group": user,
                "fs_group_change_policy": "OnRootMismatch",
                "seccomp_profile": {"type": "RuntimeDefault"},
            },
            **earlier,
            "containers": [_locked(each, mounts) for each in (container, *beside)],
            "volumes": [{"name": at.name, **at.source} for at in mounts if at.source],
            **(also or {}),
        },
    }


def _locked(container: Spec, mounts: tuple[Mount, ...]) -> Spec:
    """A container that sees the mounts and can gain nothing."""
    return {
        **container,
        "security_context": {
            "allow_privilege_escalation": False,
            "capabilities": {"drop": ["ALL"]},
            "read_only_root_filesystem": True,
        },
        "volume_mounts": [{"name": mount.name, "mount_path": mount.path} for mount in mounts],
    }


def secret_files(path: str, files: Mapping[str, SecretKey], *, name: str = "secrets") -> Mount:
    """Secrets as files in one folder: in no environment, no argument, no process list.

    `files` are file names and what is in them; `name` is the volume's, for a pod with several.
    """
    sources = [
        {"secret": {"name": at.secret, "items": [{"key": at.key, "path": file}]}}
        for file, at in files.items()
    ]
    return Mount(
        name=name,
        path=path,
        source={"projected": {"default_mode": 0o440, "sources": sources}},
    )


def http_probe(path: str, port: int, *, period: int, failures: int) -> Spec:
    """An HTTP question every `period` seconds; `failures` wrong answers in a row count."""
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": period,
        "timeout_seconds": 2,
        "failure_threshold": failures,
    }


def spread(labels: Mapping[str, str]) -> list[Spec]:
    """Replicas apart over nodes and zones, as far as there are any."""
    return [
        {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": {"match_labels": labels},
        }
        for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
    ]
