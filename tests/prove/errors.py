from collections.abc import Sequence

from tests.prove.figures import Trial


class ProveError(Exception):
    """Why a promise could not be measured, in one line: what, got, allowed, remedy.

    `trials` are those that had ended by then: what took an hour is not measured twice.
    """

    def __init__(self, message: str, trials: Sequence[Trial] = ()) -> None:
        super().__init__(message)
        self.trials = trials
