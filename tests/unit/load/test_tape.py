import json
import stat
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from app.api.bodies import Batch, Payment
from app.domain.transactions import DAY, Transaction, Transactions
from app.replay import body
from tests.load.payments import DAYS, END_OF_HISTORY, LAP, Payments
from tests.load.tape import (
    BATCH,
    LABELS,
    SINGLE,
    Composer,
    Mix,
    Request,
    batch,
    bodies,
    read,
    write,
)

FIRST = 10**15


def composed(
    pool: Transactions, mix: Mix, count: int = 5000, read_path: str = "/r/{}"
) -> list[Request]:
    return list(Composer(Payments(pool, FIRST), mix, read_path).compose(count))


def told(requests: list[Request]) -> list[Transaction]:
    """All payments, in the order in which they are told."""
    single = (Payment.model_validate_json(r.body) for r in requests if r.path == SINGLE)
    return [payment.transaction() for payment in single]


def test_payments_begin_where_the_history_ends_and_go_on_in_time(pool: Transactions) -> None:
    times = Payments(pool, FIRST).take(3 * len(pool)).times

    assert times[0] >= END_OF_HISTORY
    assert (np.diff(times) >= 0).all()
    assert END_OF_HISTORY + 2 * LAP <= times[-1] < END_OF_HISTORY + 3 * LAP


def test_no_id_comes_twice_however_many_are_taken(pool: Transactions) -> None:
    payments = Payments(pool, FIRST)

    ids = [number for _ in range(4) for number in payments.take(len(pool) // 2 + 1).ids.tolist()]

    assert ids == list(range(FIRST, FIRST + len(ids)))


def test_the_second_lap_has_the_same_weekdays(pool: Transactions) -> None:
    times = Payments(pool, FIRST).take(2 * len(pool)).times // DAY

    assert (times[: len(pool)] % 7 == times[len(pool) :] % 7).all()


@pytest.mark.parametrize("days", [0.0, 3.5, DAYS - 0.001, DAYS + 10.25, 5 * DAYS])
def test_a_run_goes_on_in_time_where_the_last_one_ended(pool: Transactions, days: float) -> None:
    after = END_OF_HISTORY + int(days * DAY)

    first = int(Payments(pool, FIRST, after).take(1).times[0])

    assert after <= first <= after + DAY


def test_bodies_are_what_the_replay_writes_and_the_service_takes(pool: Transactions) -> None:
    payments = Payments(pool, FIRST).take(300)

    for payment, written in zip(payments, bodies(payments), strict=True):
        assert Payment.model_validate_json(written).transaction() == payment
        assert json.loads(written) | {"time": ""} == body(payment) | {"time": ""}


def test_the_mix_is_what_was_asked_for(pool: Transactions) -> None:
    mix = Mix(batches=0.1, retries=0.2, labels=0.05, reads=0.05, retry_after=10, ask_after=20)
    requests = composed(pool, mix, 20_000)

    kinds = Counter(one.path if one.body else "read" for one in requests)
    ids = Counter(payment.transaction_id for payment in told(requests))

    assert kinds[BATCH] / 20_000 == pytest.approx(0.1, abs=0.01)
    assert kinds[LABELS] / 20_000 == pytest.approx(0.05, abs=0.01)
    assert kinds["read"] / 20_000 == pytest.approx(0.05, abs=0.01)
    assert sum(n - 1 for n in ids.values()) / 20_000 == pytest.approx(0.2, abs=0.02)


def test_a_payment_is_told_again_word_for_word_and_only_later(pool: Transactions) -> None:
    requests = composed(pool, Mix(retries=0.1, retry_after=100))
    first = dict[bytes, int]()

    again = [
        at - first[one.body]
        for at, one in enumerate(requests)
        if one.path == SINGLE and first.setdefault(one.body, at) != at
    ]

    assert len(again) > 100
    assert min(again) >= 100


def test_first_tellings_are_in_time_order_over_singles_and_batches(pool: Transactions) -> None:
    requests = composed(pool, Mix(batches=0.2, retries=0.0))
    payments = [
        payment.transaction_id
        for one in requests
        if one.body
        for payment in (
            Batch.model_validate_json(one.body).transactions
            if one.path == BATCH
            else [Payment.model_validate_json(one.body)]
        )
    ]

    assert payments == sorted(payments)
    assert len(set(payments)) == len(payments)


def test_a_batch_is_one_the_service_takes(pool: Transactions) -> None:
    written = batch(bodies(Payments(pool, FIRST).take(20)))

    assert len(Batch.model_validate_json(written).transactions) == 20


def test_a_label_and_a_read_name_a_payment_that_was_told(pool: Transactions) -> None:
    requests = composed(pool, Mix(labels=0.1, reads=0.1, ask_after=50))
    known = set[int]()
    for one in requests:
        if one.path == SINGLE:
            known.add(json.loads(one.body)["transaction_id"])
        elif not one.body:
            assert int(one.path.removeprefix("/r/")) in known
        elif one.path == LABELS:
            labels = json.loads(one.body)["labels"]
            assert {label["transaction_id"] for label in labels} <= known


def test_a_tape_reads_back_and_is_closed_to_others(pool: Transactions, tmp_path: Path) -> None:
    tape, requests = tmp_path / "tape.json", composed(pool, Mix(reads=0.1, ask_after=10), 200)

    write(tape, requests, url="http://10.77.0.2:30080/", key="k" * 16)

    assert list(read(tape)) == requests
    assert stat.S_IMODE(tape.stat().st_mode) == 0o600
    target = json.loads(tape.read_text().splitlines()[0])
    assert target["url"] == "http://10.77.0.2:30080/v1/score"
    assert target["header"]["X-API-Key"] == ["k" * 16]
