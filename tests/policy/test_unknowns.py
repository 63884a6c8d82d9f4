import re
from collections.abc import Callable
from typing import Any

import pytest

from policies.policy import Finding, ObjectPolicy, Subject, Undecided
from policies.unknowns import NotYetKnownError, Unknown

LOOKS: dict[str, Callable[[Any], object]] = {
    "truth": bool,
    "text": str,
    "length": len,
    "number": int,
    "equality": lambda value: value == "latest",
    "equality from the other side": lambda value: "latest" == value,  # noqa: SIM300
    "inequality": lambda value: value != "latest",
    "order": lambda value: value < 2,
    "membership in it": lambda value: "x" in value,
    "membership of it": lambda value: value in ("x", "y"),
    "iteration": list,
    "item": lambda value: value["x"],
    "method": lambda value: value.get("x"),
    "hash": lambda value: {value},
    "pattern": lambda value: re.search("x", str(value)),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_looking_into_an_unknown_value_never_passes_in_silence(
    look: Callable[[Any], object],
) -> None:
    with pytest.raises(NotYetKnownError, match=r"spec\.image is not known before the update"):
        look(Unknown("spec.image"))


def test_an_unknown_value_can_be_carried_about_and_named_in_a_message() -> None:
    held = {"image": Unknown("spec.image")}

    assert f"{held['image']}" == repr(held["image"]) == "<unknown spec.image>"


def of_each(manifest: Any) -> Any:
    return (Subject(where=key, body={key: manifest[key]}, owner=manifest) for key in manifest)


def refuse(body: Any) -> Any:
    return (f"is {value}" for value in body.values() if value)


POLICY = ObjectPolicy(name="p", sentence="P.", of=of_each, complaints=refuse)


def test_an_unknown_value_spoils_the_verdict_on_its_own_subject_only() -> None:
    seen = {"a": "bad", "b": Unknown("b"), "c": "bad"}

    assert list(POLICY.findings(seen)) == [
        Finding("a is bad", seen),
        Undecided("b: b is not known before the update", seen, "b"),
        Finding("c is bad", seen),
    ]


def test_where_the_subjects_are_unknown_the_whole_is_undecided() -> None:
    unknown: Any = Unknown("spec")

    assert list(POLICY.findings(unknown)) == [
        Undecided("spec is not known before the update", {}, "spec")
    ]
