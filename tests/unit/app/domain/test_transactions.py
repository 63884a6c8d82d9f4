import numpy as np

from app.domain.transactions import Transaction, Transactions


def three() -> Transactions:
    return Transactions(
        ids=np.array([1, 2, 3]),
        customers=np.array([10, 11, 12]),
        terminals=np.array([20, 21, 22]),
        amounts=np.array([1.5, 2.5, 3.5]),
        times=np.array([100, 200, 300]),
        scenarios=np.array([0, 2, 0]),
    )


def test_columns_come_out_as_payments_of_plain_values() -> None:
    first = next(iter(three()))

    assert first == Transaction(1, 10, 20, 1.5, 100)
    assert type(first.amount) is float
    assert type(first.time) is int


def test_between_takes_the_start_and_leaves_the_end() -> None:
    assert three().between(100, 300).ids.tolist() == [1, 2]


def test_a_scenario_is_a_fraud() -> None:
    assert three().frauds.tolist() == [False, True, False]
    assert len(three()[three().frauds]) == 1
