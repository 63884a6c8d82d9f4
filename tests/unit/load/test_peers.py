import os
import subprocess
import sys

import pytest

from tests.load.answers import Answers
from tests.load.peers.contest import OURS, after_warm_up, order, ratios, standings
from tests.load.peers.servers import MARK, SERVERS, members
from tests.unit.load.test_answers import one


def trial(server: str, throughput: float, p95: float | None) -> dict[str, object]:
    return {
        "server": server,
        "throughput": throughput,
        "milliseconds": {"p95": p95},
        "cpu_microseconds": 100.0,
    }


def test_everybody_is_first_once_in_as_many_rounds_as_there_are_servers() -> None:
    rounds = [order(SERVERS, number) for number in range(len(SERVERS))]

    assert {servers[0].name for servers in rounds} == {server.name for server in SERVERS}
    assert all(len(set(map(id, servers))) == len(SERVERS) for servers in rounds)


def test_ours_is_one_of_them() -> None:
    assert OURS in {server.name for server in SERVERS}


def test_a_server_stands_where_its_middle_round_put_it() -> None:
    found = standings([trial("a", 10, 3.0), trial("a", 90, 1.0), trial("a", 20, 2.0)])

    assert found["a"]["throughput"] == 20
    assert found["a"]["p95"] == 2.0
    assert found["a"]["rounds"] == 3


def test_the_ratios_are_with_the_best_peer_in_each_figure() -> None:
    found = standings([trial(OURS, 900, 1.0), trial("a", 300, 8.0), trial("b", 100, 4.0)])

    assert ratios(found) == {"throughput": 3.0, "p95": 0.25}


def test_without_us_or_without_peers_there_is_no_ratio() -> None:
    nothing = {"throughput": None, "p95": None}

    assert ratios(standings([trial(OURS, 900, 1.0)])) == nothing
    assert ratios(standings([trial("a", 900, 1.0)])) == nothing


def test_a_peer_that_answered_nothing_at_the_rate_is_not_the_best() -> None:
    found = standings([trial(OURS, 900, 2.0), trial("a", 300, None), trial("b", 100, 4.0)])

    assert ratios(found)["p95"] == 0.5


def test_the_warm_up_does_not_count() -> None:
    answers = Answers.of([one(100 + n) for n in range(20)])

    assert after_warm_up(answers).sent.tolist() == [float(n) for n in range(103, 111)]
    assert len(after_warm_up(Answers.of([]))) == 0


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_what_a_server_is_sent_holds_the_whole_row(server: object) -> None:
    row = [float(n) + 0.5 for n in range(7)]
    found = next(one for one in SERVERS if one is server)

    assert all(str(value) in str(found.body(row)) for value in row)


def test_processes_of_a_server_are_known_by_their_mark_even_in_another_session() -> None:
    code = "import os; os.setsid(); print(flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {MARK: "marked"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        assert members("marked") == [process.pid]
        assert members("marke") == []
    finally:
        process.communicate(b"\n")
