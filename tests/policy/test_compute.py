from policies.compute import unsized


def test_requests_and_a_limit_on_memory_are_enough() -> None:
    resources = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}

    assert not list(unsized({"resources": resources}))


def test_each_missing_one_is_named() -> None:
    assert list(unsized({"resources": {"requests": {"cpu": "1"}}})) == [
        "sets no resources.requests.memory",
        "sets no resources.limits.memory",
    ]
