"""What each role is told: `FRAUD_*` in the environment, secrets as files that no `env` shows."""

import re
from pathlib import Path
from typing import TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets/fraud")
_PLACE = re.compile(r"[\w.-]+:\d{1,5}")


class SettingsError(Exception):
    """The process was started with settings that it can not work with."""


class PostgresSettings(BaseSettings):
    """Where decisions are kept: all that `migrate` needs."""

    model_config = SettingsConfigDict(env_prefix="FRAUD_", frozen=True, extra="ignore")

    postgres_host: str
    postgres_port: int = Field(default=5432, ge=1, le=65535)
    postgres_database: str
    postgres_user: str
    postgres_password: SecretStr
    postgres_ca: str = ""
    """The authority that signed the server's certificate, verified with the name. Empty: no TLS."""


class TrainSettings(PostgresSettings):
    """What `train` and `registry` need."""

    mlflow_url: str = ""
    """The tracking server. Empty: the ledger alone knows of the models."""
    mlflow_user: str = ""
    mlflow_password: SecretStr = SecretStr("")
    model_name: str = "fraud"
    """What MLflow calls the registered model, and the experiment of its runs."""
    train_promote: bool = False
    """Whether a model that passes its gate decides at once, or waits as the challenger."""


class StoreSettings(PostgresSettings):
    """Both stores: what `backfill` needs."""

    redis_host: str
    redis_port: int = Field(default=6379, ge=1, le=65535)
    redis_sentinels: str = ""
    """Who says which Redis takes writes: `name:port` of each, with commas between them. Empty:
    there is one Redis, at the host and port above."""
    redis_password: SecretStr = SecretStr("")
    redis_timeout_seconds: float = Field(default=1, gt=0, le=10)
    """Longer than any healthy answer, short enough to hide behind one from Postgres."""

    @field_validator("redis_sentinels")
    @classmethod
    def _are_places(cls, given: str) -> str:
        if given and not all(map(_PLACE.fullmatch, given.split(","))):
            raise ValueError(f"got {given!r}, allowed: name:port, with commas between several")
        return given


class ApiSettings(StoreSettings):
    """What `api` needs."""

    api_key: SecretStr = Field(min_length=16)
    """There is no service without a key: closed by default."""
    host: str = "0.0.0.0"  # noqa: S104 (a pod's own address is not known before)
    """Which of the machine's addresses to listen on."""
    port: int = Field(default=8080, ge=1, le=65535)
    postgres_connections: int = Field(default=10, ge=1, le=100)
    postgres_timeout_seconds: float = Field(default=3, gt=0, le=30)
    """What one request gives Postgres, waiting for its second copy included."""
    postgres_prepared_statements: bool = True
    """A transaction pooler in between has to follow them (PgBouncer: max_prepared_statements)."""
    gather_seconds: float = Field(default=0.004, ge=0, le=0.1)
    """What single payments wait for others at most, before many of them make it more."""
    waiting_payments: int = Field(default=2048, ge=256, le=100_000)
    """More than these wait for nothing that comes in time: they are told to come again."""
    shadow_per_second: int = Field(default=200, ge=1, le=10_000)
    """Payments that a challenger scores at most; the others it never hears of."""
    drain_seconds: float = Field(default=3, ge=0, le=120)
    """How long a stopping process still takes requests, so that every router has noticed."""
    lease_url: str = ""
    """The witness that says which region acknowledges. Empty: there is no other region."""
    lease_region: str = ""
    """This process's region; the witness knows its processes by that name and the password."""
    lease_password: SecretStr = SecretStr("")
    lease_ca: str = ""
    """The authority that signed the witness's certificate."""
    lease_seconds: int = Field(default=5, ge=3, le=10)
    """How long it lasts when it is not renewed: so long nobody acknowledges after a loss."""


Role = TypeVar("Role", bound=PostgresSettings)


def load(role: type[Role], secrets: Path = SECRETS) -> Role:
    """The role's settings, or one line that says which is missing or wrong."""
    try:
        return role(_secrets_dir=_files(secrets))  # type: ignore[call-arg]
    except ValidationError as error:
        wrong = "; ".join(
            f"FRAUD_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg'].lower()}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(f"{wrong} (set it in the environment or in {secrets}/)") from None


def _files(secrets: Path) -> Path | None:
    """Without the folder, the environment has to do: a missing one is not worth a warning."""
    return secrets if secrets.is_dir() else None
