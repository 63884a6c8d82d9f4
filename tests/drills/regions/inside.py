"""A client inside one region, which asks its service directly, whatever the world outside sees.

It runs in the network of the region's node: a cut region is not cut off from it. Each line that it
prints is one telling: id, called, answered, status, when it was decided.
"""

import json
import sys
import time

import httpx

from tests.drills.clock import now
from tests.e2e.payments import payment

EVERY = 0.1
PATIENCE = 2.0


def main(url: str, first: str) -> None:
    """Tell payments until somebody ends this process. The key comes on standard input."""
    headers = {"X-API-Key": sys.stdin.readline().strip()}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as api:
        number, start = int(first), now()
        while True:
            called, value = now(), None
            try:
                answer = api.post("/v1/score", json=payment(transaction_id=number))
                status = answer.status_code
                value = answer.json()["decided_at"] if status == httpx.codes.OK else None
            except httpx.HTTPError:
                status = 0
            print(json.dumps([number, called, now(), status, value]), flush=True)
            number += 1
            start += EVERY
            time.sleep(max(0.0, start - now()))


if __name__ == "__main__":
    main(*sys.argv[1:])
