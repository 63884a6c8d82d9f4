import json

from components.verification_job.complaints import reason

BARMAN = json.dumps(
    {"level": "info", "msg": "2026-11-21 21:19:17 [33] ERROR: Barman cloud restore exception: crc"}
)
OPERATOR = json.dumps({"level": "error", "msg": "restore error", "error": "exit code 4"})
FATAL = json.dumps(
    {"msg": "record", "record": {"error_severity": "FATAL", "message": "WAL ends too early"}}
)
STARTING = json.dumps({"msg": "record", "record": {"error_severity": "LOG", "message": "starting"}})


def test_what_barman_says_tells_more_than_its_exit_code() -> None:
    assert reason(f"{BARMAN}\n{OPERATOR}") == "Barman cloud restore exception: crc"


def test_what_postgres_says_tells_most_wherever_it_is() -> None:
    assert reason(f"{BARMAN}\n", f"{FATAL}\n{OPERATOR}\n{STARTING}") == "FATAL: WAL ends too early"


def test_the_operators_word_is_better_than_none() -> None:
    assert reason(f"{OPERATOR}\nplain text") == "restore error: exit code 4"


def test_a_pod_that_complained_of_nothing_is_said_to() -> None:
    assert reason(STARTING, "") == "it left no complaint in its log"
