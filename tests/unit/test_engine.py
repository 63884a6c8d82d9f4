from pulumi_kubernetes.core.v1 import Namespace

from tests.unit.engine import Deploy, Made


def home(deploy: Deploy, name: str, told: list[str] | None = None) -> Made:
    def program() -> None:
        Namespace(name)
        if told is not None:
            told.append(name)

    return deploy(program)


def test_an_equal_program_is_deployed_once_and_another_one_anew(deploy: Deploy) -> None:
    made = home(deploy, "one")

    assert home(deploy, "one") is made
    assert home(deploy, "two").keys() == {("Namespace", "two")}


def test_a_program_that_tells_its_test_something_is_run_each_time(deploy: Deploy) -> None:
    told: list[str] = []
    for _ in range(2):
        home(deploy, "one", told)

    assert told == ["one", "one"]


def test_what_two_programs_have_in_common_does_not_make_them_one(deploy: Deploy) -> None:
    made = [deploy(lambda name=name: Namespace(name)) for name in ("one", "two")]  # type: ignore[misc]

    assert [list(each) for each in made] == [[("Namespace", "one")], [("Namespace", "two")]]
