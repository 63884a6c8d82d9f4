"""An etcd in memory, as far as leases need one: keys that go with the lease they hang on."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from app.adapters.lease import WRITER
from app.adapters.witness import Said, WitnessAway


class MemoryWitness:
    """Its clock is the test's. What a test cuts off does not answer."""

    def __init__(self) -> None:
        self.now = 0.0
        self.away = False
        self.answers_get_lost = False
        self.keys: dict[str, tuple[str, str]] = {}
        """Value and lease, if it hangs on one."""
        self.leases: dict[str, tuple[int, float]] = {}
        """Seconds to live, and until when."""
        self.asked: list[str] = []
        self._number = 0

    def declare(self, region: str) -> None:
        self.keys[WRITER] = (region, "")

    def holders(self) -> set[str]:
        """The regions that have a key."""
        self._expire()
        return {value for key, (value, lease) in self.keys.items() if lease}

    def ask(self, path: str, question: Mapping[str, Any]) -> Said:
        self.asked.append(path)
        if self.away:
            raise WitnessAway("cut off")
        self._expire()
        answer: Said = getattr(self, "_" + path.removeprefix("/v3/").replace("/", "_"))(question)
        if self.answers_get_lost:
            raise WitnessAway("no answer in time")
        return answer

    def close(self) -> None: ...

    def _lease_grant(self, question: Mapping[str, Any]) -> Said:
        self._number += 1
        self.leases[str(self._number)] = (question["TTL"], self.now + question["TTL"])
        return {"ID": str(self._number)}

    def _lease_keepalive(self, question: Mapping[str, Any]) -> Said:
        number = question["ID"]
        if number not in self.leases:
            return {"result": {"ID": number}}
        seconds = self.leases[number][0]
        self.leases[number] = (seconds, self.now + seconds)
        return {"result": {"ID": number, "TTL": str(seconds)}}

    def _lease_revoke(self, question: Mapping[str, Any]) -> Said:
        del self.leases[question["ID"]]
        return {}

    def _kv_txn(self, question: Mapping[str, Any]) -> Said:
        if not all(map(self._is_so, question["compare"])):
            return {}
        for step in question["success"]:
            put = step["request_put"]
            assert put["lease"] in self.leases
            self.keys[plain(put["key"])] = (plain(put["value"]), put["lease"])
        return {"succeeded": True}

    def _is_so(self, compare: Mapping[str, Any]) -> bool:
        key = plain(compare["key"])
        if compare["target"] == "VALUE":
            return self.keys.get(key, ("", ""))[0] == plain(compare["value"])
        assert (compare["target"], compare["create_revision"]) == ("CREATE", "0")
        return not any(key <= other < plain(compare["range_end"]) for other in self.keys)

    def _expire(self) -> None:
        self.leases = {n: lease for n, lease in self.leases.items() if lease[1] > self.now}
        self.keys = {k: v for k, v in self.keys.items() if not v[1] or v[1] in self.leases}


def plain(text: str) -> str:
    return b64decode(text).decode()
