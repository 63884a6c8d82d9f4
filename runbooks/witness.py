"""The witness, as its administrator sees it: who writes, who still may, and who may ask.

The service keeps its keys there by the same names (app/adapters/lease.py says why that is safe).
"""

from base64 import b64decode, b64encode
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from runbooks.errors import RunbookError

ADMINISTRATOR = "root"
ALL = "bulwark/"
WRITER = "bulwark/writer"
HELD = "bulwark/held/"
SECONDS = 2.0
READ, WRITE = 0, 1


class Witness:
    """Raises a `RunbookError` when it is away: without it nobody is promoted."""

    def __init__(self, url: str, *, authority: Path, password: Path) -> None:
        self._url = url
        self._authority = authority
        self._password = password
        self._token = ""

    def writer(self) -> str | None:
        """The region that is declared to write."""
        found = self._ask("/v3/kv/range", {"key": _text(WRITER)}).get("kvs", [])
        return b64decode(found[0]["value"]).decode() if found else None

    def declare(self, region: str, *, instead_of: str | None) -> None:
        """From now on no other region gets or renews its lease. Refused if somebody was faster."""
        known = {"key": _text(WRITER), "result": "EQUAL"}
        expected = (
            {**known, "target": "VALUE", "value": _text(instead_of)}
            if instead_of
            else {**known, "target": "CREATE", "create_revision": "0"}
        )
        put = {"request_put": {"key": _text(WRITER), "value": _text(region)}}
        if not self._ask("/v3/kv/txn", {"compare": [expected], "success": [put]}).get("succeeded"):
            raise RunbookError(
                f"{self.writer()} writes by now, and not {instead_of}: somebody else was faster;"
                " look at `make regions` before anything else"
            )

    def holders(self) -> dict[str, int]:
        """How many processes of each region may acknowledge, or might."""
        asked = {"key": _text(HELD), "range_end": _text(_end(HELD)), "keys_only": True}
        keys = [
            b64decode(one["key"]).decode()
            for one in self._ask("/v3/kv/range", asked).get("kvs", [])
        ]
        names = [key.removeprefix(HELD).partition("/")[0] for key in keys]
        return {name: names.count(name) for name in sorted(set(names))}

    def enrol(self, region: str, password: str) -> None:
        """Let a region's processes read all and put keys below their own name."""
        known = {"name": region, "password": password}
        if self._post("/v3/auth/authenticate", known).status_code == HTTPStatus.OK:
            return
        role, own = f"region-{region}", f"{HELD}{region}/"
        self._try("/v3/auth/role/add", {"name": role})
        for kind, prefix in ((READ, ALL), (WRITE, own)):
            allowed = {"permType": kind, "key": _text(prefix), "range_end": _text(_end(prefix))}
            self._ask("/v3/auth/role/grant", {"name": role, "perm": allowed})
        if not self._try("/v3/auth/user/add", known):
            self._ask("/v3/auth/user/changepw", known)
        self._ask("/v3/auth/user/grant", {"user": region, "role": role})

    def _try(self, path: str, question: dict[str, Any]) -> bool:
        """Whether it was done; it may have been done before."""
        return self._said(path, question).status_code == HTTPStatus.OK

    def _ask(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        answer = self._said(path, question)
        if answer.status_code != HTTPStatus.OK:
            raise RunbookError(f"the witness refuses {path}: {answer.text.strip()[:200]}")
        said: dict[str, Any] = answer.json()
        return said

    def _said(self, path: str, question: dict[str, Any]) -> httpx.Response:
        if not self._token:
            self._log_in()
        answer = self._post(path, question)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:  # it restarted, and knows no tokens
            self._log_in()
            answer = self._post(path, question)
        return answer

    def _log_in(self) -> None:
        try:
            password = self._password.read_text()
        except OSError as wrong:
            raise RunbookError(f"the witness's password cannot be read ({wrong})") from None
        known = {"name": ADMINISTRATOR, "password": password}
        answer = self._post("/v3/auth/authenticate", known)
        if answer.status_code != HTTPStatus.OK:
            raise RunbookError(f"the witness does not know {ADMINISTRATOR} by {self._password}")
        self._token = str(answer.json()["token"])

    def _post(self, path: str, question: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": self._token} if self._token else {}
        try:
            return self._client.post(f"{self._url}{path}", json=question, headers=headers)
        except httpx.HTTPError as away:
            raise RunbookError(
                f"the witness at {self._url} does not answer ({type(away).__name__});"
                " without it nobody is promoted: `python -m local edge` starts it"
            ) from None

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(verify=str(self._authority), timeout=SECONDS)


def _text(value: str) -> str:
    return b64encode(value.encode()).decode()


def _end(prefix: str) -> str:
    """Just behind everything that begins with the prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
