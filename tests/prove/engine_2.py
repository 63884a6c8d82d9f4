from tests.prove.evidence import Measured
from tests.prove.figures import worst
from tests.prove.starts import starts

PROMISE = (
    "A node is Ready within 20 s, its control plane and agents take at most 800 MB, and Postgres "
    "with two instances is healthy within 90 s of its creation"
)


def measure() -> Measured:
    """Read off the starts; the memory also under the stack, which holds no bar."""
    trials = starts()

    def of(name: str) -> list[float]:
        return [trial[name] for trial in trials]

    return Measured(
        trials=trials,
        figures=[
            worst("node_ready_seconds", of("node_ready_seconds"), unit="s", at_most=20),
            worst("resident_megabytes", of("resident_megabytes"), unit="MB", at_most=800),
            worst("resident_with_stack_megabytes", of("resident_with_stack_megabytes"), unit="MB"),
            worst("postgres_healthy_seconds", of("postgres_healthy_seconds"), unit="s", at_most=90),
        ],
    )
