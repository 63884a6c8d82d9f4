from dataclasses import dataclass


@dataclass(frozen=True)
class SecretKey:
    """Where a pod finds a secret value. The value itself never passes through the program."""

    secret: str
    key: str
