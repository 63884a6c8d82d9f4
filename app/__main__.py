"""The roles: `python -m app api|migrate|backfill|drift`, and the trainer's `train|registry`."""

import argparse
import sys

from app import logs
from app.settings import (
    ApiSettings,
    PostgresSettings,
    SettingsError,
    StoreSettings,
    TrainSettings,
    load,
)


def _api() -> None:
    from app import server  # noqa: PLC0415 (a job need not load the model)

    server.run(load(ApiSettings))


def _migrate() -> None:
    from app.adapters import schema  # noqa: PLC0415 (likewise)

    print(f"schema at {schema.migrate(load(PostgresSettings))}")


def _backfill() -> None:
    from app import backfill  # noqa: PLC0415 (likewise)

    backfill.run(load(StoreSettings))


def _drift() -> None:
    from app import drift  # noqa: PLC0415 (likewise)

    drift.run(load(PostgresSettings))


def _train() -> None:
    settings = load(TrainSettings)
    from app.training import retrain  # noqa: PLC0415 (the service's image does not hold all of it)

    retrain.run(settings)


def _registry() -> None:
    settings = load(TrainSettings)
    from app.training import mirror  # noqa: PLC0415 (likewise)

    mirror.run(settings)


_ROLES = {
    "api": _api,
    "migrate": _migrate,
    "backfill": _backfill,
    "drift": _drift,
    "train": _train,
    "registry": _registry,
}


def main(arguments: list[str] | None = None) -> int:
    """Run a role; one line says why it could not start."""
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    parser.add_argument("role", choices=_ROLES)
    role = parser.parse_args(arguments).role
    logs.configure()
    try:
        _ROLES[role]()
    except SettingsError as error:
        print(f"error: {role}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
