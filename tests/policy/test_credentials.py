from typing import Any

import pytest

from policies.credentials import carries_values, publishes_secrets, spells_out_secrets
from policies.unknowns import Unknown

REFERENCE = {"secretKeyRef": {"name": "ledger", "key": "password"}}


def test_a_secret_that_others_fill_passes() -> None:
    assert not list(carries_values({"type": "kubernetes.io/service-account-token"}))


@pytest.mark.parametrize("field", ["data", "stringData"])
@pytest.mark.parametrize("value", ["hunter2", Unknown("data.password")], ids=["known", "unknown"])
def test_a_secret_with_values_is_refused_known_or_not(field: str, value: object) -> None:
    assert list(carries_values({field: {"password": value}})) == [
        f"carries a value in {field}.password; let External Secrets make it in the cluster"
    ]


def test_the_value_of_a_secret_is_in_no_message() -> None:
    spoken = [
        *carries_values({"data": {"password": "hunter2"}}),
        *spells_out_secrets({"env": [{"name": "PASSWORD", "value": "hunter2"}]}),
        *spells_out_secrets({"args": ["--password=hunter2"]}),
        *publishes_secrets({"data": {"url": "redis://:hunter2@cache"}}),
    ]

    assert len(spoken) == 4
    assert "hunter2" not in "".join(spoken)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "FRAUD_POSTGRES_PASSWORD", "valueFrom": REFERENCE},
        {"name": "FRAUD_POSTGRES_HOST", "value": "ledger-rw"},
        {"name": "PASSWORD_FILE", "value": "/run/secrets/password"},
        {"name": "SECRET_NAME", "value": "ledger-app"},
        {"name": "TOKENS_PER_SECOND", "value": "10"},
        {"name": "URL", "value": "postgresql://app:$(PASSWORD)@ledger:5432/app"},
        {"name": "URL", "value": "http://ledger:5432/app?at=noon@home"},
        {"name": "CERTIFICATE", "value": "-----BEGIN CERTIFICATE-----"},
    ],
)
def test_a_reference_and_what_is_no_secret_pass(entry: dict[str, Any]) -> None:
    assert not list(spells_out_secrets({"env": [entry]}))


@pytest.mark.parametrize(
    "name",
    ["PASSWORD", "FRAUD_API_KEY", "apiKey", "GITHUB_TOKEN", "pgpassword", "AWS_SECRET_ACCESS_KEY"],
)
def test_a_variable_named_like_a_secret_takes_no_value(name: str) -> None:
    assert list(spells_out_secrets({"env": [{"name": name, "value": Unknown("env")}]})) == [
        f"has the value of {name} written out; use valueFrom.secretKeyRef"
    ]


@pytest.mark.parametrize(
    "value", ["redis://:hunter2@cache", "-----BEGIN RSA PRIVATE KEY-----\nMII"]
)
def test_a_variable_of_any_name_holds_no_secret(value: str) -> None:
    assert list(spells_out_secrets({"env": [{"name": "URL", "value": value}]})) == [
        "has a password or key in the value of URL; use valueFrom.secretKeyRef"
    ]


@pytest.mark.parametrize(
    "args",
    [["--requirepass", "$(PASSWORD)"], ["--password=$(PASSWORD)"], ["-v", "--no-token", "--token"]],
)
def test_arguments_may_refer_to_a_secret(args: list[str]) -> None:
    assert not list(spells_out_secrets({"args": args}))


@pytest.mark.parametrize(
    "container",
    [
        {"args": ["--password=hunter2"]},
        {"args": ["--requirepass", "hunter2"]},
        {"command": ["sh", "-c", "psql postgresql://app:hunter2@ledger/app"]},
    ],
)
def test_arguments_hold_no_secret(container: dict[str, Any]) -> None:
    assert list(spells_out_secrets(container)) == [
        "has a password or key among its arguments; use $(NAME) from a secret"
    ]


def test_a_config_map_of_settings_passes() -> None:
    assert not list(publishes_secrets({"data": {"host": "ledger", "password_file": "/run/p"}}))


@pytest.mark.parametrize("data", [{"api-key": "1"}, {"tls": "-----BEGIN PRIVATE KEY-----"}])
def test_a_config_map_that_holds_a_secret_is_refused(data: dict[str, str]) -> None:
    (key,) = data

    assert list(publishes_secrets({"data": data})) == [
        f"holds a secret in data.{key}; a ConfigMap is readable to many"
    ]
