import pytest

from components import versions
from components.secrets import Secrets
from tests.unit.engine import Deploy, Made

RELEASES = "https://github.com/external-secrets/external-secrets/releases/download"
SOURCES = "https://raw.githubusercontent.com/external-secrets/external-secrets"


def secrets(deploy: Deploy, manifests: str | None = None) -> Made:
    return deploy(lambda: Secrets("external-secrets", namespace="fraud", manifests=manifests))


def test_the_operator_may_touch_the_secrets_of_its_namespace_only(deploy: Deploy) -> None:
    values = secrets(deploy)["Chart", "external-secrets"]["values"]

    assert values["scopedNamespace"] == "fraud"
    assert values["scopedRBAC"] is True


def test_it_runs_the_pinned_image(deploy: Deploy) -> None:
    image = secrets(deploy)["Chart", "external-secrets"]["values"]["image"]

    assert f"{image['repository']}:{image['tag']}" == versions.EXTERNAL_SECRETS_IMAGE


def test_the_operator_is_part_of_the_platform(deploy: Deploy) -> None:
    values = secrets(deploy)["Chart", "external-secrets"]["values"]

    assert values["commonLabels"] == {"app.kubernetes.io/part-of": "bulwark"}


def test_passwords_are_long_and_safe_in_any_file(deploy: Deploy) -> None:
    spec = secrets(deploy)["Password", "external-secrets-passwords"]["spec"]

    assert spec["length"] >= 32
    assert spec["symbols"] == 0


@pytest.mark.parametrize(
    ("manifests", "chart", "crds"),
    [
        (
            "/files",
            "/files/external-secrets/external-secrets",
            "/files/external-secrets",
        ),
        (
            None,
            f"{RELEASES}/helm-chart-0.20.1/external-secrets-0.20.1.tgz",
            f"{SOURCES}/v0.20.1/config/crds/bases",
        ),
    ],
)
def test_the_release_comes_from_the_folder_or_from_upstream(
    deploy: Deploy, manifests: str | None, chart: str, crds: str
) -> None:
    made = secrets(deploy, manifests)

    assert made["Chart", "external-secrets"]["chart"] == chart
    files = made["ConfigGroup", "external-secrets-crds"]["files"]
    assert f"{crds}/generators.external-secrets.io_passwords.yaml" in files


def test_the_operator_may_leave_for_the_api_server_and_nowhere_else(deploy: Deploy) -> None:
    policy = secrets(deploy)["NetworkPolicy", "external-secrets-to-api-server"]["spec"]

    (rule,) = policy["egress"]
    assert [port["port"] for port in rule["ports"]] == [443, 6443]
    assert policy["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "external-secrets"}
