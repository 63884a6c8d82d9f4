from pathlib import Path

import httpx
import pytest

from app.domain.transactions import Transactions
from tests.load import target
from tests.load.ours import NotOursError
from tests.load.payments import END_OF_HISTORY, Payments
from tests.load.tape import LABELS
from tests.load.target import Target
from tests.prove.errors import ProveError

OURS = "http://127.0.0.1:9"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text("a-key-of-sixteen-or-more\n")
    return file


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, key: Path) -> pytest.MonkeyPatch:
    for name in ("ALLOW_REMOTE", "PIDS", "AFTER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("URL", f"{OURS}/")
    monkeypatch.setenv("KEY_FILE", str(key))
    return monkeypatch


def offering(monkeypatch: pytest.MonkeyPatch, *paths: str) -> None:
    document = {"paths": dict.fromkeys(paths, "")}
    request = httpx.Request("GET", OURS)
    answer = httpx.Response(200, json=document, request=request)
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)


@pytest.mark.usefixtures("given")
def test_a_target_by_url_needs_no_stack() -> None:
    found = target.find()

    assert (found.url, found.key) == (OURS, "a-key-of-sixteen-or-more")
    assert (found.stack, found.meter, found.after) == (None, None, END_OF_HISTORY)


def test_a_run_may_go_on_in_time_and_never_begins_before_the_history_ends(
    given: pytest.MonkeyPatch,
) -> None:
    given.setenv("AFTER", "2018-09-01T00:00:00+00:00")
    assert target.find().after == 1_535_760_000

    given.setenv("AFTER", "2018-01-01T00:00:00+00:00")
    assert target.find().after == END_OF_HISTORY


def test_a_target_that_is_not_ours_is_refused_before_anything_is_asked_of_it(
    given: pytest.MonkeyPatch,
) -> None:
    given.setenv("URL", "http://192.0.2.7")
    given.setattr(httpx, "get", lambda *_, **__: pytest.fail("it was asked"))

    with pytest.raises(NotOursError, match="ALLOW_REMOTE"):
        target.find()


def test_a_url_without_a_key_is_refused(given: pytest.MonkeyPatch) -> None:
    given.setenv("KEY_FILE", "/nowhere")

    with pytest.raises(ProveError, match="/nowhere"):
        target.find()


def test_labels_and_reads_are_sent_where_the_target_has_them(
    monkeypatch: pytest.MonkeyPatch, key: Path, pool: Transactions
) -> None:
    offering(monkeypatch, "/v1/score", LABELS, target.DECISION)

    composer = Target(url=OURS, key_file=key).composer(Payments(pool, 1), 1000)

    assert composer.mix.labels == target.LABELLED
    assert (composer.mix.retry_after, composer.mix.ask_after) == (1000, 5000)
    assert composer.read.format(7) == "/v1/decisions/7"


def test_a_target_without_labels_is_sent_none(
    monkeypatch: pytest.MonkeyPatch, key: Path, pool: Transactions
) -> None:
    offering(monkeypatch, "/v1/score")

    composer = Target(url=OURS, key_file=key).composer(Payments(pool, 1), 1000)

    assert composer.mix.labels == 0
    assert composer.read == "/healthz"


def test_a_target_that_does_not_say_what_it_offers_is_an_error_in_one_line(key: Path) -> None:
    with pytest.raises(ProveError, match="says nothing of use"):
        Target(url=OURS, key_file=key).paths()
