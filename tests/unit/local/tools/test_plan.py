import pytest

from local import tools
from local.errors import EngineError
from local.tools.plan import resolve
from tests.unit.local.tools.conftest import FakeGo


def test_a_plan_tells_what_is_built_what_is_not_and_how_long_it_takes(
    go: FakeGo, capsys: pytest.CaptureFixture[str]
) -> None:
    tools.build("etcd")
    capsys.readouterr()
    tools.plan("etcd", "runc", "registry")

    assert len(go.builds) == 1
    assert capsys.readouterr().out.splitlines() == [
        "tool      version  state     expected",
        "etcd      v3.6.8   built",
        "runc      v1.5.2   to build  11s",
        "registry  v3.1.2   to build  1m 05s",
        "2 to build: about 1m 16s with empty caches, 1.9 GB of disk",
    ]


def test_a_plan_with_nothing_to_do_says_so(go: FakeGo, capsys: pytest.CaptureFixture[str]) -> None:
    tools.build("etcd")
    tools.plan("etcd")

    assert len(go.builds) == 1
    assert capsys.readouterr().out.endswith("nothing to build\n")


def test_a_name_may_be_a_set_a_tool_or_a_program_and_counts_once() -> None:
    names = [tool.name for tool in resolve(["ctr", "containerd", "engine"])]

    assert names == [
        "containerd",
        "pulumi-language-python",
        "pulumi",
        "pulumi-resource-kubernetes",
    ]


def test_nothing_named_means_core() -> None:
    assert resolve([]) == resolve(["core"])


def test_a_further_profile_is_the_core_and_more_and_all_is_everything() -> None:
    core, mlops = resolve(["core"]), resolve(["mlops"])

    assert mlops[: len(core)] == core
    assert [tool.name for tool in mlops[len(core) :]] == ["versitygw"]
    assert {tool.name for tool in resolve(["all"])} == set(tools.TOOLS)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(EngineError, match="no tool is called 'docker'; there are: cluster, images"):
        resolve(["docker"])


def test_an_unknown_program_is_answered_with_the_known_ones() -> None:
    with pytest.raises(EngineError, match="no program is called 'docker'; there are: kube-api"):
        tools.binary("docker")
