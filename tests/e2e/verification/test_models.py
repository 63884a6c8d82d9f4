"""The parts that keep models: closed, without powers, and keeping what they were given."""

import json
import secrets
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from tests.e2e import inside_mlflow, pods, processes, timeouts
from tests.e2e.kubectl import kubectl
from tests.e2e.parts import MLFLOW, OBJECTS, Part, sql
from tests.e2e.processes import Process
from tests.e2e.stack import Api, RunningStack
from tests.e2e.verification.test_isolation import STRANGER, knock
from tests.e2e.waiting import until

SCRIPT = Path(inside_mlflow.__file__).read_text()
ASK = (
    "import sys, urllib.request, urllib.error\n"
    "try: print(urllib.request.urlopen(sys.argv[1]).status)\n"
    "except urllib.error.HTTPError as answer: print(answer.code)"
)
BOTH = pytest.mark.parametrize("part", [MLFLOW, OBJECTS], ids=lambda part: part.name)


@pytest.fixture(autouse=True)
def _raised(stack: RunningStack) -> None:
    if "mlflow_url" not in stack.outputs:
        pytest.skip("the parts for models are not raised: make up PARTS=mlops")


def inside(stack: RunningStack, verb: str) -> dict[str, Any]:
    """What the program inside MLflow's pod answers."""
    pod = MLFLOW.pods(stack)[0]
    said = pods.execute(stack, pod, MLFLOW.container, "python", "-", verb, given=SCRIPT)
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def test_a_model_and_its_run_are_there_again_after_both_servers_were_killed(
    stack: RunningStack,
) -> None:
    logged = inside(stack, "log")
    for part in (MLFLOW, OBJECTS):
        old = part.pods(stack)[0].metadata
        stack.core.delete_namespaced_pod(old.name, old.namespace, grace_period_seconds=0)
        until(
            partial(_serves_again, stack, part, old.uid),
            within=timeouts.RECOVERY,
            what=f"{part.name} serves again",
        )

    assert logged["same"] is True
    assert inside(stack, "read") == logged


def test_artifacts_lie_in_the_bucket_and_its_key_opens_nothing_else(stack: RunningStack) -> None:
    run = inside(stack, "log")["run"]
    seen = inside(stack, "bucket")

    sizes = [size for key, size in seen["objects"].items() if run in key]
    assert sizes == [len(inside_mlflow.CONTENT)]
    assert seen["buckets"] == ["models"]
    assert seen["refused"] == "AccessDenied"


def test_nobody_is_let_in_without_a_password(stack: RunningStack) -> None:
    pod = MLFLOW.pods(stack)[0]

    def status(path: str) -> str:
        url = f"http://localhost:{MLFLOW.port}{path}"
        return pods.execute(stack, pod, MLFLOW.container, "python", "-c", ASK, url).strip()

    assert status("/health") == "200"
    assert status("/api/2.0/mlflow/experiments/search?max_results=1") == "401"


@BOTH
def test_a_stranger_is_kept_out(stack: RunningStack, part: Part) -> None:
    target = part.pods(stack)[0]

    assert pods.run(stack, knock(target, part.port), labels=STRANGER).exit_code != 0


@BOTH
def test_its_processes_have_no_powers(stack: RunningStack, part: Part) -> None:
    for process in _of(stack, part):
        assert process.user != 0, process.argv
        assert process.capabilities == 0, process.argv
        assert process.no_new_privileges, process.argv


def test_the_registrys_database_is_its_own_and_the_ledger_is_not(stack: RunningStack) -> None:
    asked = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls,"
        " has_table_privilege('mlflow', 'transactions', 'SELECT, INSERT, UPDATE, DELETE'),"
        " (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'mlflow')"
        " FROM pg_roles WHERE rolname = 'mlflow'"
    )

    assert sql(stack, asked) == [["f", "f", "mlflow"]]


@pytest.mark.parametrize("role", ["drift", "registry", "train"])
def test_a_job_of_the_trainers_runs_to_its_end(stack: RunningStack, role: str) -> None:
    job = f"e2e-{role}-{secrets.token_hex(4)}"
    home = f"--namespace={stack.namespace}"
    jobs: Api = client.BatchV1Api(stack.kubernetes)
    kubectl(stack.kubeconfig, home, "create", "job", job, f"--from=cronjob/training-{role}")
    try:

        def ended() -> Any:
            return jobs.read_namespaced_job(job, stack.namespace).status.conditions

        conditions = until(ended, within=timeouts.RECOVERY, what=f"{job} ends")
        said = kubectl(stack.kubeconfig, home, "logs", f"job/{job}", "--tail=5")
        assert {each.type for each in conditions} & {"Complete"}, said
    finally:
        kubectl(stack.kubeconfig, home, "delete", "job", job, "--wait=false")


def _serves_again(stack: RunningStack, part: Part, old: str) -> bool:
    try:
        (pod,) = part.pods(stack)
    except (AssertionError, ValueError):
        return False
    return bool(pod.metadata.uid != old)


def _of(stack: RunningStack, part: Part) -> list[Process]:
    uid = part.pods(stack)[0].metadata.uid
    marks = (uid, uid.replace("-", "_"))
    found = [p for p in processes.processes() if any(mark in p.cgroups for mark in marks)]
    assert found, f"{part.name}: no process on this machine"
    return found
