"""The model behind Ray Serve: one replica of one CPU behind its proxy. `by_ray.py PORT FOLDER`."""

import sys
import time
from pathlib import Path

import numpy as np
import ray
from ray import serve
from ray.serve.config import HTTPOptions
from starlette.requests import Request

# Ray runs this file as a program; the packages beside it are found from the root.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.load.peers.model import opened, scores

MEGABYTES = 80
"""Of shared memory, the least that Ray takes: nothing of ours goes there."""


class Fraud:
    """Rows in, scores out."""

    def __init__(self) -> None:
        self._session = opened()

    async def __call__(self, request: Request) -> list[float]:
        """Ray writes lists as JSON by itself."""
        rows = (await request.json())["rows"]
        found: list[float] = scores(self._session, np.array(rows)).tolist()
        return found


def main(port: int, folder: str) -> None:
    """Serve on loopback until killed."""
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder,
        object_store_memory=MEGABYTES << 20,
        logging_level="warning",
        log_to_driver=False,
    )
    serve.start(http_options=HTTPOptions(host="127.0.0.1", port=port))
    deployed = serve.deployment(num_replicas=1, max_ongoing_requests=1000)(Fraud)
    serve.run(deployed.bind(), route_prefix="/")
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
