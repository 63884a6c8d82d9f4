"""The stack goes as it came: by one command, and with all that it made."""

import json
import subprocess
from datetime import datetime

import pytest

from tests.e2e import timeouts
from tests.e2e.inventory import inventory
from tests.e2e.kubectl import KubectlError
from tests.e2e.stack import ROOT, RunningStack, environment, pulumi
from tests.e2e.waiting import until, until_none

pytestmark = pytest.mark.destroys


@pytest.fixture(scope="module")
def born() -> datetime:
    """When the first object of the stack came; what is younger came with it or because of it."""
    resources = json.loads(pulumi("stack", "export"))["deployment"]["resources"]
    return min(datetime.fromisoformat(each["created"]) for each in resources if "created" in each)


def test_destroy_leaves_the_cluster_as_the_stack_found_it(
    stack: RunningStack, born: datetime
) -> None:
    def younger() -> list[str]:
        try:
            things = inventory(stack.kubeconfig)
        except KubectlError as wrong:  # a kind that goes is listed, and then not found
            return [str(wrong)]
        return sorted(str(t) for t, came in things.items() if came > born)

    until(
        lambda: len(younger()) > 50,
        within=timeouts.COMMAND,
        what="the control: the running stack is seen this way",
    )

    destroy = subprocess.run(
        ["make", "destroy"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeouts.DESTROY,
    )
    assert destroy.returncode == 0, destroy.stdout + destroy.stderr

    until_none(younger, within=timeouts.GONE, what="the cluster is empty", every=3)


def test_pulumi_knows_of_nothing_any_more() -> None:
    state = json.loads(pulumi("stack", "export"))["deployment"]

    assert state.get("resources", []) == []
