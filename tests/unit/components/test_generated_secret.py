from components.generated_secret import GeneratedSecret
from components.secret_key import SecretKey
from components.secrets import Secrets
from tests.unit.engine import Deploy, Inputs


def generated(deploy: Deploy, **files: str) -> Inputs:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        secret = GeneratedSecret("door", namespace="fraud", secrets=secrets, files=files)
        assert secret.password == SecretKey("door", "password")

    return deploy(program)["ExternalSecret", "door"]


def test_the_value_comes_from_the_generator_in_the_cluster(deploy: Deploy) -> None:
    spec = generated(deploy)["spec"]

    source = spec["dataFrom"][0]["sourceRef"]["generatorRef"]
    assert (source["kind"], source["name"]) == ("Password", "passwords")
    assert spec["target"]["template"]["data"] == {"password": "{{ .password }}"}


def test_it_is_made_once_and_never_changed_under_a_running_part(deploy: Deploy) -> None:
    assert generated(deploy)["spec"]["refreshPolicy"] == "CreatedOnce"


def test_it_can_hold_more_files_around_the_password(deploy: Deploy) -> None:
    data = generated(deploy, conf="requirepass {{ .password }}")["spec"]["target"]["template"]

    assert data["data"]["conf"] == "requirepass {{ .password }}"


def test_whoever_depends_on_it_waits_until_the_value_is_there(deploy: Deploy) -> None:
    annotations = generated(deploy)["metadata"]["annotations"]

    assert annotations["pulumi.com/waitFor"] == "condition=Ready"
