from typing import Any

from pulumi import ResourceOptions, ResourceTransformArgs

from components.upstream import Transform, adapted, awaited, probed


def passed(transform: Transform, thing: dict[str, Any]) -> Any:
    """What becomes of an object of a release; nothing if it passes as it is."""
    opts = ResourceOptions()
    changed = transform(
        ResourceTransformArgs(custom=True, type_="", name="", props=thing, opts=opts)
    )
    assert changed is None or changed.opts is opts
    return changed and changed.props


def applied(**thing: Any) -> Any:
    """What the usual changes make of an object."""
    return passed(adapted, thing)


def test_everything_of_a_release_is_found_with_the_platform() -> None:
    meta = {"name": "webhook", "labels": {"of": "theirs"}}

    assert applied(kind="Service", metadata=meta)["metadata"]["labels"] == {
        "of": "theirs",
        "app.kubernetes.io/name": "webhook",
        "app.kubernetes.io/part-of": "bulwark",
    }


def test_an_operators_namespace_is_closed_to_privileged_pods() -> None:
    labels = applied(kind="Namespace", metadata={"name": "cnpg-system"})["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_an_operator_is_not_throttled_and_says_that_it_needs_its_token() -> None:
    container = {"name": "manager", "resources": {"limits": {"cpu": "100m", "memory": "200Mi"}}}
    spec = {"template": {"spec": {"containers": [container]}}}

    pod = applied(kind="Deployment", metadata={"name": "theirs"}, spec=spec)["spec"]["template"][
        "spec"
    ]

    assert pod["containers"][0]["resources"]["limits"] == {"memory": "200Mi"}
    assert pod["automountServiceAccountToken"] is True


def test_a_definition_loses_its_prose_and_nothing_else() -> None:
    schema = {
        "description": "A long story.",
        "properties": {
            "description": {"type": "string", "description": "A field of that name."},
            "names": {"enum": ["a"], "items": [{"description": "In a list."}]},
        },
    }

    kept = applied(
        kind="CustomResourceDefinition", metadata={"name": "theirs"}, spec={"schema": schema}
    )

    assert kept["spec"]["schema"] == {
        "properties": {
            "description": {"type": "string"},
            "names": {"enum": ["a"], "items": [{}]},
        }
    }


def test_a_release_as_a_whole_passes_unchanged() -> None:
    assert passed(adapted, {"file": "x"}) is None


def test_an_operator_that_nobody_asks_is_given_probes() -> None:
    thing = {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}

    (container,) = passed(probed("/healthz", 8082), thing)["spec"]["template"]["spec"]["containers"]

    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": 8082}
    assert container["readinessProbe"] == container["livenessProbe"]


def test_what_is_no_deployment_is_given_none() -> None:
    assert passed(probed("/healthz", 8082), {"kind": "Service"}) is None


def test_what_is_waited_for_is_noted_on_the_kinds_that_it_is_about() -> None:
    hook = {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": "hook"}}
    transform = awaited("condition=Ready", "ValidatingWebhookConfiguration")

    assert passed(transform, hook)["metadata"]["annotations"] == {
        "pulumi.com/waitFor": "condition=Ready"
    }
    assert passed(transform, hook | {"kind": "Service"}) is None
