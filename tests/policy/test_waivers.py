import pytest

from policies import waivers
from policies.images import unpinned
from policies.manifests import containers
from policies.pack import OBJECT_POLICIES, STACK_POLICIES, idle_waivers, judge
from policies.policy import ObjectPolicy, Undecided
from policies.unknowns import Unknown
from policies.waivers import WAIVERS, Waiver, waived

WAIVER = Waiver(policy="images-pinned", object="Pod toy", reason="A toy.")
PINNED = ObjectPolicy(name="images-pinned", sentence="P.", of=containers, complaints=unpinned)
TOY = {"kind": "Pod", "metadata": {"name": "toy"}, "spec": {"containers": [{"image": "toy"}]}}


@pytest.fixture
def _toy_waived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waivers, "WAIVERS", (WAIVER,))


def test_nothing_is_waived_but_what_is_written_down() -> None:
    assert len(list(judge(PINNED, TOY))) == 1
    assert not list(waived(TOY))


@pytest.mark.usefixtures("_toy_waived")
def test_a_waiver_excuses_one_object_from_one_policy_and_is_shown() -> None:
    other = {**TOY, "metadata": {"name": "other"}}

    assert not list(judge(PINNED, TOY))
    assert list(waived(TOY)) == ["is excused from images-pinned: A toy."]
    assert len(list(judge(PINNED, other))) == 1
    assert not list(waived(other))


@pytest.mark.usefixtures("_toy_waived")
def test_an_object_whose_name_is_not_known_yet_is_not_excused() -> None:
    nameless = {**TOY, "metadata": {"name": Unknown("metadata.name")}}

    (finding,) = judge(PINNED, nameless)

    assert not isinstance(finding, Undecided)


@pytest.mark.usefixtures("_toy_waived")
def test_a_waiver_is_idle_where_its_object_is_not_at_fault() -> None:
    pinned = {**TOY, "spec": {"containers": [{"image": "toy:1"}]}}

    assert not list(idle_waivers((TOY,)))
    assert list(idle_waivers((pinned,))) == [
        "Pod toy: the waiver of images-pinned excuses nothing; remove it"
    ]


def test_a_waiver_of_a_profile_that_is_not_raised_is_not_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiver = Waiver(policy="images-pinned", object="Pod toy", reason="A toy.", profile="toys")
    monkeypatch.setattr(waivers, "WAIVERS", (waiver,))

    assert not list(idle_waivers(()))
    assert not list(idle_waivers((TOY,)))


def test_every_waiver_names_a_policy_and_gives_a_reason() -> None:
    names = {policy.name for policy in (*OBJECT_POLICIES, *STACK_POLICIES)}

    assert all(waiver.policy in names and waiver.reason.endswith(".") for waiver in WAIVERS)
    assert len({(waiver.policy, waiver.object) for waiver in WAIVERS}) == len(WAIVERS)
