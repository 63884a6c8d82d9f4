import json
import subprocess
from pathlib import Path

import pulumi
import pytest

from components import object_store_pods
from components.object_store import Bucket, ObjectStore, credentials, is_bucket_name
from components.object_store_pods import account
from components.secrets import Secrets
from tests.unit.engine import Deploy, Inputs, Made
from tests.unit.verdict import verdict


def store(deploy: Deploy, *buckets: str, found: list[Bucket] | None = None) -> Made:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        made = ObjectStore("objects", namespace="fraud", secrets=secrets, buckets=buckets)
        for bucket in buckets:
            pulumi.Output.from_input(made.bucket(bucket).endpoint_url).apply(seen.append)
            if found is not None:
                found.append(made.bucket(bucket))

    seen: list[str] = []
    made = deploy(program)
    assert set(seen) == {"http://objects.fraud.svc:7070"}
    return made


def pod_of(made: Made) -> Inputs:
    pod: Inputs = made["StatefulSet", "objects"]["spec"]["template"]["spec"]
    return pod


def test_every_bucket_has_a_key_of_its_own(deploy: Deploy) -> None:
    found: list[Bucket] = []
    made = store(deploy, "models", "backups", found=found)

    assert {bucket.credentials.secret for bucket in found} == {"objects-models", "objects-backups"}
    template = made["ExternalSecret", "objects-models"]["spec"]["target"]["template"]["data"]
    assert template["credentials"] == credentials("models")
    assert json.loads("{" + template["account.json"] + "}") == {
        "models": {"access": "models", "secret": "{{ .password }}", "role": "user"}
    }


def test_the_step_before_the_server_makes_each_bucket(deploy: Deploy) -> None:
    first, *more = pod_of(store(deploy, "models", "backups"))["initContainers"]

    assert more == []
    assert first["command"][-2:] == ["models", "backups"]


def test_nobody_is_given_the_key_that_opens_all_buckets(deploy: Deploy) -> None:
    made = store(deploy, "models")

    pod = pod_of(made)
    for container in (*pod["initContainers"], *pod["containers"]):
        assert "env" not in container
        assert 'ROOT_SECRET_KEY="$(cat /proc/sys/kernel/random/uuid)"' in container["command"][2]
    assert [name for kind, name in made if kind == "ExternalSecret"] == ["objects-models"]


def test_accounts_are_put_together_in_memory_and_objects_lie_on_a_claim(deploy: Deploy) -> None:
    made = store(deploy, "models")

    volumes = {volume["name"]: volume for volume in pod_of(made)["volumes"]}
    assert volumes["accounts"]["emptyDir"] == {"medium": "Memory"}
    (claim,) = made["StatefulSet", "objects"]["spec"]["volumeClaimTemplates"]
    assert claim["metadata"]["name"] == "data"


def test_the_accounts_that_the_step_writes_are_json_with_a_member_for_each(tmp_path: Path) -> None:
    files, out = tmp_path / "files", tmp_path / "out"
    files.mkdir()
    out.mkdir()
    for bucket in ("models", "backups"):
        (files / f"{bucket}.json").write_text(account(bucket).replace("{{ .password }}", "p-1"))
    script = object_store_pods.PREPARE.partition("mkdir")[0]
    script = script.replace(object_store_pods.FILES, str(files))
    subprocess.run(
        ["sh", "-c", script.replace(object_store_pods.ACCOUNTS, str(out))], check=True, timeout=60
    )

    written = json.loads((out / "users.json").read_text())
    assert {name: one["secret"] for name, one in written["accessAccounts"].items()} == {
        "backups": "p-1",
        "models": "p-1",
    }
    assert (out / "users.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name", ["ab", "Models", "1models", "models-", "mo dels", "m_dels", "ümel"]
)
def test_a_name_that_is_no_bucket_is_refused_with_what_is_allowed(
    deploy: Deploy, name: str
) -> None:
    assert not is_bucket_name(name)
    with pytest.raises(pulumi.RunError, match=f"ObjectStore objects: bucket '{name}', allowed: 3"):
        store(deploy, name)


def test_a_bucket_that_was_not_declared_is_refused_with_those_that_were(deploy: Deploy) -> None:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        made = ObjectStore("objects", namespace="fraud", secrets=secrets, buckets=["models"])
        made.bucket("backups")

    with pytest.raises(pulumi.RunError, match="has no bucket 'backups', allowed: models"):
        deploy(program)


def read_only(deploy: Deploy, *, readable: bool) -> tuple[Made, Bucket]:
    found: list[Bucket] = []

    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        made = ObjectStore(
            "objects", namespace="fraud", secrets=secrets, buckets=["models"], readable=readable
        )
        found.append(made.bucket("models").read_only)
        pulumi.Output.from_input(found[0].endpoint_url).apply(asked.append)

    asked: list[str] = []
    made = deploy(program)
    assert asked == ["http://objects.fraud.svc:7071"]
    return made, found[0]


def test_a_bucket_that_is_only_read_is_another_server_and_another_way_to_it(
    deploy: Deploy,
) -> None:
    made, bucket = read_only(deploy, readable=True)

    assert (bucket.door.ports, bucket.door.name) == ((7071,), "objects-readers")
    assert made["Service", "objects"]["spec"]["ports"] == [
        {"name": "s3", "port": 7070},
        {"name": "reading", "port": 7071},
    ]
    _, readers = pod_of(made)["initContainers"]
    assert "--readonly" in readers["command"][2]


def test_a_bucket_that_nothing_serves_to_readers_is_refused_with_the_remedy(
    deploy: Deploy,
) -> None:
    with pytest.raises(pulumi.RunError, match="bucket models: nothing serves it to readers alone"):
        read_only(deploy, readable=False)


def test_the_policies_find_nothing_wrong_with_it(deploy: Deploy) -> None:
    own = [each for each in verdict(store(deploy, "models")) if "objects" in each]

    assert own == []
