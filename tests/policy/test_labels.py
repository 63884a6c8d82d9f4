from policies.labels import unlabelled


def test_a_part_with_its_labels_passes() -> None:
    labels = {"app.kubernetes.io/name": "redis", "app.kubernetes.io/part-of": "bulwark"}

    assert not list(unlabelled({"metadata": {"labels": labels}}))


def test_each_missing_label_is_named() -> None:
    assert list(unlabelled({"metadata": {"labels": {"app.kubernetes.io/name": "redis"}}})) == [
        "has no label app.kubernetes.io/part-of"
    ]
    assert len(list(unlabelled({"metadata": {}}))) == 2
