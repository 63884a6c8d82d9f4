from tests.load.soak import Soak, growth


def test_memory_that_is_only_filled_in_the_beginning_is_flat() -> None:
    assert growth([100, 150, 200, 200, 200, 200, 200, 200]) == 0


def test_memory_that_grows_all_the_time_is_seen() -> None:
    assert growth([100, 100, 100, 102, 104, 106, 108, 110]) > 5


def test_a_pod_that_was_not_there_all_the_time_says_nothing() -> None:
    soak = Soak()
    for second in range(8):
        soak.look(second, {"old": 100.0} | ({"new": 50.0 + 10 * second} if second > 3 else {}))

    assert soak.growth == 0


def test_without_a_look_nothing_is_said() -> None:
    assert Soak().growth is None
