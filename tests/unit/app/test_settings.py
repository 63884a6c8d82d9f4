"""A role starts with settings that it can work with, or says in one line why not."""

from pathlib import Path

import pytest

from app.settings import ApiSettings, PostgresSettings, SettingsError, load

POSTGRES = {"FRAUD_POSTGRES_HOST": "db", "FRAUD_POSTGRES_DATABASE": "f", "FRAUD_POSTGRES_USER": "u"}
SECRETS = {
    "fraud_postgres_password": "pg",
    "fraud_redis_password": "rd",
    "fraud_api_key": "0123456789abcdef",
}


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (POSTGRES | {"FRAUD_REDIS_HOST": "cache"}).items():
        monkeypatch.setenv(name, value)
    for name, value in SECRETS.items():
        (tmp_path / name).write_text(value + "\n")
    return tmp_path


def test_secrets_are_files_and_the_rest_is_the_environment(secrets: Path) -> None:
    settings = load(ApiSettings, secrets)

    assert settings.postgres_host == "db"
    assert settings.postgres_password.get_secret_value() == "pg"
    assert settings.api_key.get_secret_value() == "0123456789abcdef"


def test_no_secret_is_in_the_settings_text(secrets: Path) -> None:
    text = repr(load(ApiSettings, secrets))

    assert not any(secret in text for secret in ("0123456789abcdef", "'pg'", "'rd'"))


@pytest.mark.parametrize("given", ["", "a.fraud.svc:26379", "a:1,b-2.fraud.svc:26379,10.0.0.1:3"])
def test_sentinels_are_named_with_their_ports(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("FRAUD_REDIS_SENTINELS", given)

    assert load(ApiSettings, secrets).redis_sentinels == given


@pytest.mark.parametrize("given", ["a", "a:", "a:26379,", "a:26379 b:26379", "redis://a:1"])
def test_sentinels_without_a_port_are_refused_in_one_line(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("FRAUD_REDIS_SENTINELS", given)

    with pytest.raises(SettingsError, match=r"FRAUD_REDIS_SENTINELS: .*allowed: name:port") as said:
        load(ApiSettings, secrets)
    assert "\n" not in str(said.value)


def test_without_an_api_key_there_is_no_service(secrets: Path) -> None:
    (secrets / "fraud_api_key").unlink()

    with pytest.raises(SettingsError, match="FRAUD_API_KEY: field required"):
        load(ApiSettings, secrets)


@pytest.mark.parametrize("key", ["", "short"])
def test_a_key_that_can_be_guessed_is_none(secrets: Path, key: str) -> None:
    (secrets / "fraud_api_key").write_text(key)

    with pytest.raises(SettingsError, match="at least 16"):
        load(ApiSettings, secrets)


def test_all_that_is_wrong_is_told_at_once_and_no_value(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FRAUD_POSTGRES_HOST")
    monkeypatch.setenv("FRAUD_REDIS_PORT", "70000")

    with pytest.raises(SettingsError) as error:
        load(ApiSettings, secrets)

    assert "FRAUD_POSTGRES_HOST: field required; FRAUD_REDIS_PORT: input should be" in str(
        error.value
    )
    assert "70000" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_role_needs_no_more_than_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (POSTGRES | {"FRAUD_POSTGRES_PASSWORD": "pg"}).items():
        monkeypatch.setenv(name, value)

    assert load(PostgresSettings, tmp_path / "nothing").postgres_port == 5432
