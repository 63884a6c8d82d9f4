"""A secret is made in the cluster and referred to; its value is never in a program or its state."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.manifests import at
from policies.policy import Manifest

SECRET_NAME = re.compile(
    r"(password|passwd|requirepass|secret|token|credentials?|(api|access|private)[-_]?key)$",
    re.IGNORECASE,
)
SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|://[^/\s:@]*:(?!\$\()[^/\s:@]+@"  # a password in a URL, unless $(FROM_A_SECRET)
)


def carries_values(secret: Manifest) -> Iterator[str]:
    """A Secret with its values written out. Only keys are looked at, so unknown ones count."""
    for field in ("data", "stringData"):
        for key in at(secret, field):
            yield f"carries a value in {field}.{key}; let External Secrets make it in the cluster"


def spells_out_secrets(container: Manifest) -> Iterator[str]:
    """Environment variables or arguments that are secrets, instead of referring to some."""
    for entry in at(container, "env"):
        name = str(entry["name"])
        if "value" not in entry:
            continue
        if SECRET_NAME.search(name):  # by its name alone: an unknown value is a written one, too
            yield f"has the value of {name} written out; use valueFrom.secretKeyRef"
        elif SECRET_VALUE.search(str(entry["value"])):
            yield f"has a password or key in the value of {name}; use valueFrom.secretKeyRef"
    # Text at once: a pattern would call an unknown value the wrong type.
    words = [str(each) for each in (*at(container, "command"), *at(container, "args"))]
    if any(map(SECRET_VALUE.search, words)) or any(map(_sets_secret, words, [*words[1:], ""])):
        yield "has a password or key among its arguments; use $(NAME) from a secret"


def _sets_secret(word: str, following: str) -> bool:
    """Whether this is an option such as `--password=x` or `--password x`."""
    option, equals, value = word.partition("=")
    value = value if equals else following
    is_secret = option.startswith("-") and SECRET_NAME.search(option)
    return bool(is_secret and value) and not value.startswith(("$(", "-"))


def publishes_secrets(config: Manifest) -> Iterator[str]:
    """A ConfigMap that holds what belongs in a secret."""
    for key, value in at(config, "data").items():
        if SECRET_NAME.search(key) or SECRET_VALUE.search(str(value)):
            yield f"holds a secret in data.{key}; a ConfigMap is readable to many"
