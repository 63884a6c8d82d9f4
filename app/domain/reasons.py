"""Why a score is high, in an analyst's words.

A factor's contribution is what the log-odds of fraud lose when its features are made ordinary (the
medians of the training data). Factors hold features that only make sense together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.domain.features import FEATURES
from app.domain.transactions import Flags, Floats
from app.domain.windows import RECENT, SPANS

Values = Mapping[str, float]
"""Features by name."""

_REMARKABLE = 1.5
"""How many times the customer's average an amount must be for that to be said."""
_UNSEEN = 3
"""How many times that a customer's highest payment hardly ever is."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that raised the score, for the analyst."""

    code: str
    text: str
    contribution: float
    """In log-odds: 0.7 doubles the odds of fraud."""


@dataclass(frozen=True, slots=True)
class Factor:
    """Features that are judged together, and how to say what is unusual about them."""

    code: str
    features: tuple[str, ...]
    words: Callable[[Values, Values], str]
    """From the payment's values and the ordinary ones."""


def _amount(values: Values, ordinary: Values) -> str:
    amount, (_, average) = values["amount"], _before(values, 30)
    if amount > _REMARKABLE * average > 0:
        return (
            f"amount {amount:.2f} is {amount / average:.1f} times this customer's"
            f" 30-day average of {average:.2f}"
        )
    return f"amount {amount:.2f}, where half of all payments are below {ordinary['amount']:.2f}"


def _customer_spending(values: Values, _: Values) -> str:
    (today, day), (earlier, month) = _before(values, 1), _before(values, 30)
    if not earlier:
        return "this customer paid nothing in the 30 days before"
    if (peak := values["customer_peak_ratio"]) > _UNSEEN:
        return (
            f"this customer's highest payment of the {RECENT} days before is {peak:.1f} times"
            " the average of what they paid before"
        )
    recently = f"{day:.2f} on average" if today else "nothing"
    usually = f"{month:.2f}{'' if today else ' on average'}"
    return f"this customer paid {recently} in the 24 hours before, {usually} in the 30 days before"


def _customer_frequency(values: Values, _: Values) -> str:
    day, month = values["customer_count_1d"], values["customer_count_30d"]
    return (
        f"{_payments(day)} of this customer in 24 hours,"
        f" where {(month - day) / 29:.1f} a day are usual for them"
    )


def _terminal_risk(values: Values, _: Values) -> str:
    if (run := values["terminal_fraud_run"]) > 1:
        return (
            f"the last {_payments(run)} at this terminal that are known all turned out fraudulent,"
            f" the first of them {values['terminal_run_age']:.0f} days ago"
        )
    days = max(SPANS, key=lambda span: values[f"terminal_risk_{span}d"])
    count, risk = values[f"terminal_count_{days}d"], values[f"terminal_risk_{days}d"]
    period = "day" if days == 1 else f"{days} days"
    return (
        f"{count * risk:.0f} of {_payments(count)} at this terminal turned out fraudulent"
        f" in the {period} up to a week ago"
    )


def _terminal_traffic(values: Values, ordinary: Values) -> str:
    day, month = values["terminal_count_1d"], values["terminal_count_30d"]
    return (
        f"{_payments(day)} at this terminal in the day up to a week ago, where"
        f" {(month - day) / 29:.1f} a day are usual for it;"
        f" {month:.0f} in 30 days, where a terminal has {ordinary['terminal_count_30d']:.0f}"
    )


def _time(values: Values, _: Values) -> str:
    day = "a weekend" if values["weekend"] else "a weekday"
    return f"paid on {day}, {'at night (before 07:00 UTC)' if values['night'] else 'by day'}"


def _before(values: Values, days: int) -> tuple[float, float]:
    """The customer's own baseline: how many payments, and their mean, without the present one."""
    count, mean = values[f"customer_count_{days}d"], values[f"customer_mean_{days}d"]
    earlier, total = max(count - 1, 0), round(mean * count - values["amount"], 2)
    return earlier, max(total, 0) / earlier if earlier else 0.0


def _payments(count: float) -> str:
    return f"{count:.0f} payment{'' if count == 1 else 's'}"


def _windows(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{days}d" for days in SPANS)


FACTORS: tuple[Factor, ...] = (
    Factor("amount", ("amount", "customer_amount_ratio", "customer_settled_ratio"), _amount),
    Factor(
        "customer_spending",
        (*_windows("customer_mean"), "customer_peak_ratio"),
        _customer_spending,
    ),
    Factor("customer_frequency", _windows("customer_count"), _customer_frequency),
    Factor(
        "terminal_risk",
        (
            *_windows("terminal_risk"),
            *("terminal_fraud_run", "terminal_run_age", "terminal_genuine_age"),
        ),
        _terminal_risk,
    ),
    Factor("terminal_traffic", _windows("terminal_count"), _terminal_traffic),
    Factor("time", ("weekend", "night"), _time),
)
"""Every feature belongs to exactly one."""

_HIDDEN: Flags = np.array([[name in factor.features for name in FEATURES] for factor in FACTORS])


def variants(rows: Floats, baseline: Floats) -> Floats:
    """Each row, followed by itself with one factor after the other made ordinary."""
    hidden = np.where(_HIDDEN, baseline, rows[:, None, :])
    whole = np.concatenate((rows[:, None, :], hidden), axis=1)
    return whole.reshape(-1, rows.shape[1])


def explain(
    row: Floats, baseline: Floats, contributions: Floats, *, at_least: float, most: int
) -> tuple[Reason, ...]:
    """The strongest factors first, in words."""
    values = dict(zip(FEATURES, row.tolist(), strict=True))
    ordinary = dict(zip(FEATURES, baseline.tolist(), strict=True))
    strongest = np.argsort(-contributions, kind="stable")[:most].tolist()
    return tuple(
        Reason(FACTORS[one].code, FACTORS[one].words(values, ordinary), float(contributions[one]))
        for one in strongest
        if contributions[one] >= at_least
    )
