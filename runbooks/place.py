"""Where everything is, by the settings of the stack."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from runbooks.errors import RunbookError
from runbooks.region import Region
from runbooks.witness import Witness

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Place:
    """Two regions, the witness between them, and the edge before them."""

    regions: tuple[Region, Region]
    """The first one is where writing belongs when all is well."""
    witness: Witness
    edge: str

    @classmethod
    def find(cls, stack: str | None = None) -> "Place":
        """As Pulumi.<stack>.yaml says."""
        name = stack or os.environ.get("STACK") or "drill"
        file = ROOT / f"Pulumi.{name}.yaml"
        try:
            given = yaml.safe_load(file.read_text())["config"]["bulwark:settings"]
        except (OSError, KeyError, TypeError) as wrong:
            raise RunbookError(f"stack {name!r} has no settings in {file} ({wrong})") from None
        given |= json.loads(os.environ.get("SETTINGS") or "{}")  # as the stack takes them
        if "standby" not in given:
            raise RunbookError(f"stack {name!r} names no standby in {file.name}; try STACK=drill")
        return cls.of(given)

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Place":
        """As these settings say."""
        first = Region(
            name=given["region"], kubeconfig=given["kubeconfig"],
            context=given.get("context"), address=given["address"],
        )  # fmt: skip
        second = Region(
            name=given["standby"], kubeconfig=given["standby_kubeconfig"],
            context=given.get("standby_context"), address=given["standby_address"],
        )  # fmt: skip
        witness = Witness(
            f"https://{given['witness']}:{given.get('witness_port', 2379)}",
            authority=Path(given["witness_authority"]),
            password=Path(given["witness_password"]),
        )
        return cls(regions=(first, second), witness=witness, edge=given.get("edge", ""))

    def region(self, name: str) -> Region:
        """The region of this name."""
        for region in self.regions:
            if region.name == name:
                return region
        allowed = ", ".join(region.name for region in self.regions)
        raise RunbookError(f"no region is named {name!r}, allowed: {allowed}")

    def other(self, than: Region) -> Region:
        """The one that is not this."""
        return next(region for region in self.regions if region.name != than.name)

    def writer(self) -> Region:
        """The region that is declared to write."""
        declared = self.witness.writer()
        if declared is None:
            raise RunbookError("the witness knows no writer; `make enrol` declares the first one")
        return self.region(declared)
