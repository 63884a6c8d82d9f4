import json
from dataclasses import replace

import pulumi
import pytest

from stacks.__main__ import fraud
from stacks.settings import Settings
from tests.unit.engine import Deploy
from tests.unit.stacks.program import platform
from tests.unit.verdict import verdict

ENV = Settings(kubeconfig="/cluster/kubeconfig", address="node", image="registry/fraud:1")
ALL = replace(ENV, parts="all", trainer_image="registry/trainer:1")


def test_the_platform_is_one_program_with_every_part_in_the_cluster_it_names(
    deploy: Deploy,
) -> None:
    made = platform(deploy, ENV)

    kinds = {kind for kind, _ in made}
    assert {"Namespace", "Cluster", "StatefulSet", "Deployment", "Chart"} <= kinds
    assert made.keys() - made.within["primary"].keys() == {("kubernetes", "primary")}


def test_every_part_of_the_service_lives_in_one_closed_namespace(deploy: Deploy) -> None:
    made = platform(deploy, ENV)

    homes = {
        inputs["metadata"]["namespace"]
        for (kind, _), inputs in made.items()
        if kind in {"Deployment", "StatefulSet", "Cluster", "Pooler", "ExternalSecret", "Job"}
    }
    assert homes == {"fraud"}
    assert ("NetworkPolicy", "fraud-deny") in made


def test_no_secret_value_is_declared_anywhere(deploy: Deploy) -> None:
    made = platform(deploy, ENV)

    assert not [key for key in made if key[0] == "Secret"]


def test_what_holds_data_is_protected_where_the_settings_say_so(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, begin = list[pulumi.Resource](), pulumi.Resource.__init__

    def noted(self: pulumi.Resource, *args: object, **given: object) -> None:
        begin(self, *args, **given)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(pulumi.Resource, "__init__", noted)

    def protected(env: Settings) -> set[str]:
        made.clear()
        deploy(lambda: fraud(env))
        return {it.pulumi_resource_name for it in made if it._protect}

    kept = protected(replace(ALL, protect_data=True))
    assert {"ledger", "ledger-owner", "features", "objects"} <= kept
    assert {"fraud", "cloudnative-pg", "external-secrets"} <= kept, "what they would go with"
    assert "scoring" not in kept
    assert not protected(ALL)


def test_the_core_profile_has_none_of_the_further_parts(deploy: Deploy) -> None:
    core, everything = platform(deploy, ENV), platform(deploy, ALL)

    further = everything.keys() - core.keys()
    assert core.keys() < everything.keys()
    differing = {key for key in core if core[key] != everything[key]}
    # It sends its log to the archive: the one thing that another profile changes.
    assert differing == {("Cluster", "ledger")}
    sent = everything["Cluster", "ledger"]["spec"]
    assert {k: v for k, v in sent.items() if k != "plugins"} == core["Cluster", "ledger"]["spec"]
    assert {
        ("StatefulSet", "objects"),
        ("Deployment", "mlflow"),
        ("CronJob", "training-train"),
        ("CronJob", "training-drift"),
        ("CronJob", "training-registry"),
        ("ObjectStore", "archive"),
        ("ScheduledBackup", "nightly"),
        ("CronJob", "verification"),
        ("CronJob", "configuration"),
    } <= further
    assert ("ScheduledBackup", "snapshots") not in further, "dev's storage takes none"


def test_where_the_storage_takes_snapshots_the_ledger_has_them_beside_its_files(
    deploy: Deploy,
) -> None:
    env = replace(ENV, parts="backups", snapshot_class="csi", snapshot_schedule="0 */3 * * *")
    made = platform(deploy, env)

    assert made["ScheduledBackup", "nightly"]["spec"]["method"] == "plugin"
    snapshots = made["ScheduledBackup", "snapshots"]["spec"]
    assert (snapshots["method"], snapshots["schedule"]) == ("volumeSnapshot", "0 0 */3 * * *")
    assert made["Cluster", "ledger"]["spec"]["backup"]["volumeSnapshot"]["className"] == "csi"


def test_the_configuration_is_kept_where_the_ledgers_key_opens_nothing(deploy: Deploy) -> None:
    made = platform(deploy, ALL)

    job = made["CronJob", "configuration"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    secrets = {each["secret"]["secretName"] for each in job["volumes"] if "secret" in each}
    assert secrets == {"objects-configuration"}
    told = json.loads(made["ConfigMap", "configuration-plan"]["data"]["plan.json"])
    assert told["namespaces"] == ["fraud", "cnpg-system", "cert-manager", "verification"]


def test_with_every_part_all_policies_are_followed(deploy: Deploy) -> None:
    # The core alone lacks its backups, which a preview says outside dev.
    assert verdict(platform(deploy, ALL)) == []
