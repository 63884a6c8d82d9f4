import pytest

from components import further_versions
from components.cert_manager import CertManager
from components.upstream import labelled
from tests.unit.engine import Deploy, Made

RELEASE = f"https://github.com/cert-manager/cert-manager/releases/download/v{further_versions.CERT_MANAGER}"


def cert_manager(deploy: Deploy, manifests: str | None = None) -> Made:
    return deploy(lambda: CertManager("cert-manager", manifests=manifests))


@pytest.mark.parametrize(
    ("manifests", "chart", "version", "definitions"),
    [
        (
            "/files",
            "/files/cert-manager/cert-manager",
            None,
            "/files/cert-manager/crd-issuers.yaml",
        ),
        (
            None,
            "cert-manager",
            f"v{further_versions.CERT_MANAGER}",
            f"{RELEASE}/cert-manager.crds.yaml",
        ),
    ],
)
def test_the_release_comes_from_the_folder_or_from_upstream(
    deploy: Deploy, manifests: str | None, chart: str, version: str | None, definitions: str
) -> None:
    made = cert_manager(deploy, manifests)

    asked = made["Chart", "cert-manager"]
    assert (asked["chart"], asked.get("version")) == (chart, version)
    assert definitions in made["ConfigGroup", "cert-manager-crds"]["files"]


def test_its_namespace_is_closed_and_restricted_but_for_its_webhook(deploy: Deploy) -> None:
    made = cert_manager(deploy)

    labels = made["Namespace", "cert-manager"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert made["NetworkPolicy", "cert-manager-deny"]["spec"]["policyTypes"] == [
        "Ingress",
        "Egress",
    ]
    webhook = made["NetworkPolicy", "cert-manager-webhook-from-everyone"]["spec"]
    assert webhook["ingress"] == [{"ports": [{"protocol": "TCP", "port": 10250}]}]
    assert webhook["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "webhook"


@pytest.mark.parametrize("role", ["controller", "webhook", "cainjector"])
def test_each_of_its_programs_may_ask_the_api_server(deploy: Deploy, role: str) -> None:
    made = cert_manager(deploy)

    assert ("NetworkPolicy", f"cert-manager-{role}-to-api-server") in made


def test_it_leads_its_elections_at_home_and_writes_to_no_image(deploy: Deploy) -> None:
    values = cert_manager(deploy)["Chart", "cert-manager"]["values"]

    assert values["global"]["leaderElection"] == {"namespace": "cert-manager"}
    for program in (values, values["webhook"], values["cainjector"]):
        assert program["containerSecurityContext"]["readOnlyRootFilesystem"] is True
        assert program["securityContext"]["runAsUser"] > 10000
        assert program["resources"]["limits"].keys() == {"memory"}


def test_labels_that_a_release_would_have_filled_in_are_left_out() -> None:
    definition = {"metadata": {"name": "issuers", "labels": {"app": '{{ template "name" . }}'}}}

    assert labelled(definition)["metadata"]["labels"] == {
        "app.kubernetes.io/name": "issuers",
        "app.kubernetes.io/part-of": "bulwark",
    }
