import pytest

from components import further_versions
from components.barman_plugin import BarmanPlugin
from components.cert_manager import CertManager
from components.postgres_operator import PostgresOperator
from tests.unit.engine import Deploy, Inputs, Made
from tests.unit.verdict import verdict

SOURCES = (
    "https://raw.githubusercontent.com/cloudnative-pg/plugin-barman-cloud/"
    f"v{further_versions.BARMAN_PLUGIN}/config/crd/bases"
)
FILE = "barmancloud.cnpg.io_objectstores.yaml"
NAME = "plugin-barman-cloud"


def plugin(deploy: Deploy, manifests: str | None = None) -> Made:
    def program() -> None:
        BarmanPlugin(
            NAME,
            operator=PostgresOperator("cloudnative-pg"),
            certificates=CertManager("cert-manager"),
            manifests=manifests,
        )

    return deploy(program)


def container(made: Made) -> Inputs:
    found: Inputs = made["Deployment", NAME]["spec"]["template"]["spec"]["containers"][0]
    return found


@pytest.mark.parametrize(
    ("manifests", "file"),
    [("/files", f"/files/plugin-barman-cloud/{FILE}"), (None, f"{SOURCES}/{FILE}")],
)
def test_the_definition_comes_from_the_folder_or_from_upstream(
    deploy: Deploy, manifests: str | None, file: str
) -> None:
    assert plugin(deploy, manifests)["ConfigFile", NAME]["file"] == file


def test_the_operator_finds_it_by_its_service_and_both_certificates(deploy: Deploy) -> None:
    made = plugin(deploy)

    meta = made["Service", "barman-cloud"]["metadata"]
    assert (meta["namespace"], meta["name"]) == ("cnpg-system", "barman-cloud")
    assert meta["labels"]["cnpg.io/pluginName"] == "barman-cloud.cloudnative-pg.io"
    for end in ("client", "server"):
        secret = meta["annotations"][f"cnpg.io/plugin{end.capitalize()}Secret"]
        assert made["Certificate", f"barman-cloud-{end}"]["spec"]["secretName"] == secret
    assert made["Certificate", "barman-cloud-server"]["spec"]["dnsNames"] == ["barman-cloud"]


def test_it_runs_the_pinned_images(deploy: Deploy) -> None:
    it = container(plugin(deploy))

    assert it["image"] == further_versions.BARMAN_PLUGIN_IMAGE
    assert it["env"] == [{"name": "SIDECAR_IMAGE", "value": further_versions.BARMAN_SIDECAR_IMAGE}]


def test_outside_the_namespaces_that_admit_it_it_only_reads_and_no_secret(deploy: Deploy) -> None:
    rules = plugin(deploy)["ClusterRole", NAME]["rules"]

    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert "secrets" not in {each for rule in rules for each in rule["resources"]}


def test_only_the_operator_may_call_it(deploy: Deploy) -> None:
    made = plugin(deploy)

    policy = made["NetworkPolicy", f"{NAME}-from-cloudnative-pg"]["spec"]
    (rule,) = policy["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 9090}]
    assert ("NetworkPolicy", f"cloudnative-pg-to-{NAME}") in made


def test_the_policies_find_nothing_wrong_with_it(deploy: Deploy) -> None:
    assert [each for each in verdict(plugin(deploy)) if "barman" in each] == []
