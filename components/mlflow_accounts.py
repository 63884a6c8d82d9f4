"""Makes MLflow's accounts be what the platform says: run in MLflow's image before its server.

Takes the folder of `<account>.password` files. MLflow itself makes an administrator once and never
looks at the password again.
"""

import sys
from pathlib import Path

from mlflow.server.auth.config import read_auth_config
from mlflow.server.auth.sqlalchemy_store import SqlAlchemyStore


def main(folder: Path) -> None:
    """Make or update every account; whoever is no longer named keeps what it made."""
    config = read_auth_config()
    store = SqlAlchemyStore()
    store.init_db(config.database_uri)
    for file in sorted(folder.glob("*.password")):
        name, password = file.stem, file.read_text()
        is_admin = name == config.admin_username
        if store.has_user(name):
            store.update_user(name, password=password, is_admin=is_admin)
        else:
            store.create_user(name, password, is_admin=is_admin)
        print(f"account {name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
