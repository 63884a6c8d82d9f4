from typing import Any
from xml.etree import ElementTree as ET

from tests.drills.timeline import drawn
from tests.unit.drills.operations import acknowledged, told

TRIAL: dict[str, Any] = {
    "id": "primary-crashed-1",
    "gap_seconds": 4.0,
    "gap_from_fault": -0.5,
    "whole_seconds": 20.0,
    "acknowledged": 80,
    "lost": [],
    "split": {"detect": 1.0, "decide": 0.5, "promote": 1.5, "reroute": 0.5},
    "notes": [[0.0, "ledger-1 <killed>"]],
}


def picture(**given: Any) -> ET.Element:
    operations = [*acknowledged(*range(90, 140)), told(99, 101.0, 102.0, status=503)]
    return ET.fromstring(drawn(TRIAL | given, operations, fault=100.0))  # noqa: S314 (ours)


def texts(root: ET.Element) -> str:
    return " ".join(it.text or "" for it in root.iter() if it.tag.endswith("text"))


def test_the_picture_tells_the_gap_the_loss_and_what_was_done() -> None:
    said = texts(picture())

    assert "4.0 s without an acknowledgement, 0 of 80 acknowledged payments lost" in said
    assert "ledger-1 <killed>" in said
    assert "detect 1.0 s, decide 0.5 s, promote 1.5 s, reroute 0.5 s" in said


def test_a_drill_without_a_failover_is_drawn_without_its_steps() -> None:
    assert "detect" not in texts(picture(split=None))


def test_nothing_is_drawn_outside_of_the_picture() -> None:
    root = picture()
    _, _, width, height = map(float, root.attrib["viewBox"].split())

    for it in root.iter():
        if it.tag.endswith("rect"):
            x, y = float(it.get("x", 0)), float(it.get("y", 0))
            assert 0 <= x <= x + float(it.attrib["width"]) <= width
            assert 0 <= y <= y + float(it.attrib["height"]) <= height + 0.1
