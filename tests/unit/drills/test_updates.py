import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drills.faults import updates
from tests.e2e.processes import children, family, kill, process
from tests.e2e.waiting import until
from tests.prove.making import asked, asking

LEADERS = "import subprocess; subprocess.run(['sleep', '600'], start_new_session=True)"


def test_what_leads_a_group_of_its_own_is_killed_with_its_family() -> None:
    with subprocess.Popen([sys.executable, "-c", LEADERS]) as eldest:
        all_of_it = until(
            lambda: found if len(found := family(eldest.pid, children())) > 1 else None,
            within=60,
            what="a child",
        )
        kill(all_of_it)

    until(lambda: not any(map(process, all_of_it)), within=60, what="the end of all")


def test_an_update_is_told_the_settings_of_its_prover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "environment", lambda: {"SETTINGS": "of an earlier time"})
    monkeypatch.setenv("SETTINGS", '{"postgres_storage": "4Gi", "api_replicas": 2}')

    with asking({"postgres_instances": 3, "postgres_storage": "2Gi"}):
        same = json.loads(updates.unchanged()["SETTINGS"])
        other = json.loads(updates.changed()["SETTINGS"])

    assert same == {"postgres_instances": 3, "postgres_storage": "4Gi", "api_replicas": 2}
    assert other == same | updates.CHANGED
    assert asked() == {"postgres_storage": "4Gi", "api_replicas": 2}


def test_a_pulumi_that_does_not_end_is_a_trial_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "unchanged", dict[str, str])
    monkeypatch.setattr(updates, "_command", lambda *_: ["/bin/sleep", "60"])
    monkeypatch.setattr(updates, "ROOT", Path("/"))
    monkeypatch.setattr(updates, "LONGEST", 0.1)

    with pytest.raises(AssertionError, match=r"pulumi preview: not within 0\.1 s"):
        updates._run("preview")
