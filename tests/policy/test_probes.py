import pytest

from policies.manifests import serving
from policies.policy import Manifest
from policies.probes import unprobed

PROBE = {"httpGet": {"path": "/", "port": 80}}
TEMPLATE = {
    "template": {"spec": {"initContainers": [{"name": "init"}], "containers": [{"name": "a"}]}}
}


def test_a_container_with_both_probes_passes() -> None:
    assert not list(unprobed({"readinessProbe": PROBE, "livenessProbe": PROBE}))


def test_each_missing_probe_is_named() -> None:
    assert list(unprobed({"readinessProbe": PROBE})) == ["has no livenessProbe"]
    assert list(unprobed({"livenessProbe": PROBE})) == ["has no readinessProbe"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_what_runs_on_is_asked_but_not_its_init_containers(kind: str) -> None:
    assert [each.where for each in serving({"kind": kind, "spec": TEMPLATE})] == ["container a"]


@pytest.mark.parametrize(
    "manifest",
    [
        {"kind": "Job", "spec": TEMPLATE},
        {"kind": "CronJob", "spec": {"jobTemplate": {"spec": TEMPLATE}}},
    ],
    ids=["Job", "CronJob"],
)
def test_jobs_need_no_probes(manifest: Manifest) -> None:
    assert not list(serving(manifest))
