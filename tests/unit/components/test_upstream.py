from typing import Any

from pulumi import ResourceOptions, ResourceTransformArgs

from components.upstream import adapted


def applied(**thing: Any) -> Any:
    """What becomes of an object of a release."""
    opts = ResourceOptions()
    changed = adapted(ResourceTransformArgs(True, "", "", thing, opts))  # noqa: FBT003 (theirs)
    assert changed is not None
    assert changed.opts is opts
    return changed.props


def test_everything_of_a_release_is_found_with_the_platform() -> None:
    labels = applied(kind="Service", metadata={"labels": {"of": "theirs"}})["metadata"]["labels"]

    assert labels == {"of": "theirs", "app.kubernetes.io/part-of": "bulwark"}


def test_an_operators_namespace_is_closed_to_privileged_pods() -> None:
    labels = applied(kind="Namespace", metadata={"name": "cnpg-system"})["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_an_operator_is_not_throttled_and_says_that_it_needs_its_token() -> None:
    container = {"name": "manager", "resources": {"limits": {"cpu": "100m", "memory": "200Mi"}}}
    spec = {"template": {"spec": {"containers": [container]}}}

    pod = applied(kind="Deployment", metadata={}, spec=spec)["spec"]["template"]["spec"]

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

    kept = applied(kind="CustomResourceDefinition", metadata={}, spec={"schema": schema})

    assert kept["spec"]["schema"] == {
        "properties": {
            "description": {"type": "string"},
            "names": {"enum": ["a"], "items": [{}]},
        }
    }


def test_a_release_as_a_whole_passes_unchanged() -> None:
    args = ResourceTransformArgs(False, "", "", {"file": "x"}, ResourceOptions())  # noqa: FBT003

    assert adapted(args) is None
