"""Readers of what the kernel holds: one function per kind of thing that a cluster makes."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.paths import CACHE, STATE
from tests.e2e.processes import PROC, processes

SYSCTLS = PROC / "sys"
CGROUPS = Path("/sys/fs/cgroup")

VOLATILE = re.compile(
    r"(^|/)(ns_last_pid|nf_conntrack_buckets|max_newidle_lb_cost|sched_domain/|binfmt_misc/)"
)
"""Settings that the kernel itself moves all the time."""
WRITABLE = 0o222


def cluster_processes() -> Iterator[str]:
    """Those in another network namespace, of our folders, or in a pod's control group."""
    host = (PROC / "self" / "ns" / "net").readlink().name
    roots = (f"{STATE}/", f"{CACHE}/tools/")
    for found in processes():
        foreign = found.network != host
        of_us = any(root in part for root in roots for part in found.argv)
        in_a_pod = "kubepods" in found.cgroups or "bulwark" in found.cgroups
        if (foreign or of_us or in_a_pod) and found.pid != os.getpid():
            yield f"{found.name} (pid {found.pid})"


def mounts() -> Iterator[str]:
    """Every mount point with its file system."""
    for line in (PROC / "self" / "mounts").read_text().splitlines():
        _, target, kind, *_ = line.split()
        yield f"{target} ({kind})"


def links() -> Iterator[str]:
    """Every network device of the host."""
    for link in _json("ip", "-json", "-details", "link"):
        yield f"{link['ifname']} ({link.get('linkinfo', {}).get('info_kind', 'plain')})"


def routes() -> Iterator[str]:
    """Every route and routing rule of the host."""
    for what in ("route", "rule"):
        for row in _json("ip", "-json", what):
            yield f"{what} {json.dumps(row, sort_keys=True)}"


def cgroups() -> Iterator[str]:
    """Every control group, of both versions."""
    for folder, names, _ in os.walk(CGROUPS):
        for name in names:
            yield str(Path(folder) / name)


def nftables() -> Iterator[str]:
    """Every table, chain, set and rule, without its counters."""
    ruleset = _json("nft", "--json", "list", "ruleset")
    for row in ruleset["nftables"] if ruleset else []:
        for kind in ("table", "chain", "set", "map"):
            if kind in row:
                it = row[kind]
                yield f"{kind} {it['family']} {it.get('table', '')} {it['name']}"
        if "rule" in row:
            rule = {k: v for k, v in row["rule"].items() if k != "handle"}
            yield f"rule {json.dumps(_without_counters(rule), sort_keys=True)}"


def _without_counters(value: object) -> object:
    if isinstance(value, dict):
        return {k: _without_counters(v) for k, v in value.items() if k not in {"packets", "bytes"}}
    return [_without_counters(v) for v in value] if isinstance(value, list) else value


def iptables() -> Iterator[str]:
    """Every rule of the old iptables; those of the new one are nftables."""
    for program in ("iptables-legacy-save", "ip6tables-legacy-save"):
        for line in _lines(program):
            if line.startswith(("-A", ":")):
                yield f"{program}: {line.partition(' [')[0]}"


def ipsets() -> Iterator[str]:
    """Every ipset by name."""
    yield from _lines("ipset", "list", "-name")


def sysctls() -> Iterator[str]:
    """Every kernel setting with its value. What nobody can set is none, but a counter."""
    for folder, _, names in os.walk(SYSCTLS):
        for name in names:
            path = Path(folder) / name
            setting = str(path.relative_to(SYSCTLS))
            if VOLATILE.search(setting):
                continue
            try:
                if not path.stat().st_mode & WRITABLE:
                    continue
                yield f"{setting} = {path.read_text().strip()}"
            except OSError:
                continue  # Some can only be written, or belong to a link that just went.


def inside(folder: Path) -> list[Path]:
    """What a folder holds; nothing where there is none."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _lines(*command: str) -> list[str]:
    if shutil.which(command[0]) is None:
        return []  # Without the program nobody can have made a rule with it.
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def _json(*command: str) -> Any:
    text = "\n".join(_lines(*command)).strip()
    return json.loads(text) if text else []
