from tests.drills.faults.wires import rules


def test_a_cut_drops_both_directions_between_the_primary_and_each_replica() -> None:
    text = rules("10.80.1.5", ["10.80.2.6", "10.80.3.7"])

    drops = [line.strip() for line in text.splitlines() if "drop" in line]
    assert sorted(drops) == [
        "ip saddr 10.80.1.5 ip daddr 10.80.2.6 drop",
        "ip saddr 10.80.1.5 ip daddr 10.80.3.7 drop",
        "ip saddr 10.80.2.6 ip daddr 10.80.1.5 drop",
        "ip saddr 10.80.3.7 ip daddr 10.80.1.5 drop",
    ]
    assert "policy accept" in text
