"""`make score`: load the history once, then show what the deployed service decides."""

from itertools import islice

from app.replay import body
from local.progress import table
from tests.e2e import history
from tests.e2e.command import run
from tests.e2e.stack import RunningStack
from tests.e2e.week import held_out_week

SHOWN = 5


def main() -> None:
    """Score the first payments of the held-out week."""
    # Drawing takes a core for a while: what is known of the service afterwards is old.
    payments = list(islice(held_out_week(), SHOWN))
    stack = RunningStack.find()
    seconds = history.load(stack)
    if seconds is not None:
        print(f"history loaded in {seconds:.0f} s")
    rows = [("payment", "amount", "decision", "score", "because")]
    with stack.patient() as api:
        for payment in payments:
            answer = api.post("/v1/score", json=body(payment)).raise_for_status().json()
            strongest = [reason["text"] for reason in answer["reasons"][:1]]
            rows.append(
                (
                    str(payment.transaction_id),
                    f"{payment.amount:.2f}",
                    answer["decision"],
                    f"{answer['score']:.4f}",
                    *(strongest or ["nothing speaks against it"]),
                )
            )
    print(table(rows))


if __name__ == "__main__":
    run(main)
