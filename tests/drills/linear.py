"""Whether one copy of the truth could have given all the answers of a history.

The service promises a register per payment that is written once: the first telling decides, every
other telling and every read gives that decision. For such a register linearizability needs no
search. All values seen must be equal, and there must be one moment T of writing such that

- some telling had been called by T,
- no read that found nothing was called after T,
- nothing that gave the value had returned before T.

So the latest of the first telling's call and of the calls of empty reads must not come after the
earliest return of an answer with the value. A telling whose outcome nobody knows may have taken
effect at any time after its call, or never. Registers are independent of each other, so a history
is linearizable if each of them is. A test holds this against an exhaustive search.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.drills.operations import NEVER, Operation


def breaks(history: Iterable[Operation]) -> list[str]:
    """Why the history is not linearizable: one line per payment, none if it is."""
    registers = defaultdict[int, list[Operation]](list)
    for operation in history:
        registers[operation.key].append(operation)
    found = ((key, _break(operations)) for key, operations in sorted(registers.items()))
    return [f"payment {key}: {why}" for key, why in found if why]


def _break(operations: Sequence[Operation]) -> str | None:
    """Why no moment of writing fits, or nothing."""
    saw = [it for it in operations if it.known and it.value is not None]
    if not saw:
        return None
    values = sorted({it.value for it in saw if it.value is not None})
    if len(values) > 1:
        return f"was decided as {' and as '.join(values)}"
    empty = [it for it in operations if it.known and it.value is None]
    told = min((it.called for it in operations if it.kind == "tell"), default=NEVER)
    first = min(saw, key=lambda it: it.returned)
    if told > first.returned:
        return f"{_name(first)} gave a decision before anybody had told the payment"
    late = max(empty, key=lambda it: it.called, default=None)
    if late is not None and late.called > first.returned:
        after = late.called - first.returned
        return f"{_name(late)} found nothing {after:.3f} s after {_name(first)} gave a decision"
    return None


def _name(operation: Operation) -> str:
    return f"a {'telling' if operation.kind == 'tell' else 'read'} at {operation.called:.3f}"
