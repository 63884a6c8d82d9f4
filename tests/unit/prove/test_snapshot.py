from dataclasses import fields, replace

from tests.prove.snapshot import Snapshot, left_behind, ours

EMPTY = Snapshot(**{field.name: frozenset[str]() for field in fields(Snapshot)})
QUIET = replace(EMPTY, links=frozenset({"eth0 (plain)"}), sysctls=frozenset({"ip_forward = 0"}))


def test_a_machine_that_did_not_change_has_nothing_left() -> None:
    assert left_behind(QUIET, QUIET) == {}


def test_what_came_and_stayed_is_named_by_its_kind() -> None:
    after = replace(QUIET, links=QUIET.links | {"bw-0 (bridge)"})

    assert left_behind(QUIET, after) == {"links": ["bw-0 (bridge)"]}


def test_a_changed_setting_is_left_behind_but_a_new_modules_setting_is_not() -> None:
    after = replace(QUIET, sysctls=frozenset({"ip_forward = 1", "nf_conntrack_max = 5"}))

    assert left_behind(QUIET, after) == {"sysctls": ["ip_forward = 1"]}


def test_what_bears_our_mark_is_found_even_when_it_was_there_before() -> None:
    stale = replace(
        QUIET,
        nftables=frozenset({"table ip kube-proxy", "table inet filter"}),
        routes=frozenset({"route 10.77.0.0/24", "route 192.0.2.0/24"}),
    )

    assert left_behind(stale, stale) == {}
    assert ours(stale) == {"nftables": ["table ip kube-proxy"], "routes": ["route 10.77.0.0/24"]}
