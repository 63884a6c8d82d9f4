import pulumi
import pytest

from components.training import Schedules, Training
from tests.unit.components.platform import HOME, platform
from tests.unit.engine import Deploy, Inputs, Made, secret_files
from tests.unit.verdict import verdict

IMAGE = "registry/bulwark/fraud-trainer:1@sha256:" + "0" * 64


def training(deploy: Deploy, *, image: str = IMAGE, drift: str = "", promote: bool = False) -> Made:
    def program() -> None:
        stands = platform()
        Training(
            "training",
            namespace=HOME,
            image=image,
            ledger=stands.ledger,
            cache=stands.cache,
            registry=stands.mlflow,
            schedules=Schedules(drift=drift),
            promote=promote,
        )

    return deploy(program)


def job_of(made: Made, role: str) -> Inputs:
    job: Inputs = made["CronJob", f"training-{role}"]["spec"]["jobTemplate"]["spec"]
    return job


def test_a_job_without_a_schedule_waits_for_someone_to_start_it(deploy: Deploy) -> None:
    made = training(deploy, drift="17 * * * *")

    train, drift = (made["CronJob", f"training-{role}"]["spec"] for role in ("train", "drift"))
    assert train["suspend"] is True
    assert (drift["suspend"], drift["schedule"]) == (False, "17 * * * *")
    assert {train["concurrencyPolicy"], drift["concurrencyPolicy"]} == {"Forbid"}


@pytest.mark.parametrize(("role", "seconds"), [("train", 3600), ("drift", 600)])
def test_a_job_runs_its_role_once_and_ends_in_time(deploy: Deploy, role: str, seconds: int) -> None:
    job = job_of(training(deploy), role)

    assert (job["backoffLimit"], job["activeDeadlineSeconds"]) == (0, seconds)
    pod = job["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    assert (container["image"], container["args"]) == (IMAGE, [role])


def test_it_is_a_client_of_the_registry_by_an_account_that_is_no_administrator(
    deploy: Deploy,
) -> None:
    pod = job_of(training(deploy), "train")["template"]["spec"]

    (container,) = pod["containers"]
    env = {entry["name"]: entry["value"] for entry in container["env"]}
    assert env["FRAUD_MLFLOW_URL"] == "http://mlflow.fraud.svc:5000"
    assert env["FRAUD_MLFLOW_USER"] == "trainer"
    assert env["FRAUD_POSTGRES_HOST"] == "ledger-rw.fraud.svc"
    files = secret_files(pod)
    assert files["fraud_mlflow_password"] == ("mlflow-trainer", "password")
    assert "fraud_api_key" not in files


@pytest.mark.parametrize(("promote", "told"), [(True, "true"), (False, "false")])
def test_a_new_model_serves_at_once_only_where_that_is_said(
    deploy: Deploy, *, promote: bool, told: str
) -> None:
    made = training(deploy, promote=promote)

    (container,) = job_of(made, "train")["template"]["spec"]["containers"]
    env = {entry["name"]: entry["value"] for entry in container["env"]}
    assert env["FRAUD_TRAIN_PROMOTE"] == told


def test_it_reaches_what_it_was_given_and_nobody_reaches_it(deploy: Deploy) -> None:
    made = training(deploy)

    ways = {name for kind, name in made if kind == "NetworkPolicy" and "training" in name}
    assert ways == {
        "training-to-ledger",
        "ledger-from-training",
        "training-to-features",
        "features-from-training",
        "training-to-mlflow",
        "mlflow-from-training",
    }


def test_an_image_that_may_change_under_us_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="Training training runs registry/trainer:latest"):
        training(deploy, image="registry/trainer:latest")


def test_the_policies_find_nothing_wrong_with_it(deploy: Deploy) -> None:
    assert [each for each in verdict(training(deploy)) if "training" in each] == []
