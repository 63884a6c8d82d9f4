"""Money at rest is whole cents."""


def cents_of(amount: float) -> int:
    """Of an amount with at most two decimals."""
    return round(amount * 100)


def whole(cents: int) -> float:
    """The amount of some cents: the same float that the two decimals parse to."""
    return cents / 100
