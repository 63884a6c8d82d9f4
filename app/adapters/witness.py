"""The witness: etcd outside of all regions, asked through its JSON gateway.

One thread, one connection, one question at a time, each bounded by a second. A question that
failed is not asked again: its effect is unknown, and the next one is due soon.
"""

import http.client
import json
import ssl
from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

_SECONDS: Final = 1.0
"""For a question. Longer than any healthy answer; a lease outlives several that fail."""

Said = dict[str, Any]


class WitnessAway(Exception):  # noqa: N818 (a state of the world, not a mistake)
    """It did not answer, or refused to."""


def text(value: str) -> str:
    """A key or a value, as the gateway wants it."""
    return b64encode(value.encode()).decode()


class Witness:
    """Blocking: to be asked by one thread that is not the event loop's."""

    def __init__(self, url: str, *, user: str, password: str, ca: str) -> None:
        """`ca` is the file of the authority that signed its certificate."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._encryption = ssl.create_default_context(cafile=ca)
        self._user = user
        self._password = password
        self._token = ""
        self._link: http.client.HTTPSConnection | None = None

    def ask(self, path: str, question: Mapping[str, Any]) -> Said:
        """One question. Raises `WitnessAway`."""
        try:
            if not self._token:
                known = {"name": self._user, "password": self._password}
                self._token = str(self._post("/v3/auth/authenticate", known)["token"])
            return self._post(path, question)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            self.close()
            raise WitnessAway(f"{path}: {type(error).__name__}") from error

    def close(self) -> None:
        """Forget the connection: what comes over it late is the answer to another question."""
        if self._link:
            self._link.close()
            self._link = None

    def _post(self, path: str, question: Mapping[str, Any]) -> Said:
        if self._link is None:
            self._link = http.client.HTTPSConnection(
                self._host, self._port, context=self._encryption, timeout=_SECONDS
            )
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = self._token
        self._link.request("POST", path, json.dumps(question), headers)
        answer = self._link.getresponse()
        body = answer.read()
        if answer.status != HTTPStatus.OK:
            self._token = ""  # a witness that restarted knows none
            raise WitnessAway(f"{path}: {answer.status}")
        said: Said = json.loads(body)
        return said
