"""What layers are made of. Every source knows its key, which changes when its content would."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from local import paths, tools
from local.images.tar import Tar


class Source(Protocol):
    """Something to put in a layer."""

    def key(self) -> str:
        """All that the content depends on."""

    def pour(self, tar: Tar) -> Mapping[str, str]:
        """Put the content in; what of it has a version of its own is returned, by name."""


@dataclass(frozen=True)
class Layer:
    """Files that are sent, kept and cached together."""

    sources: tuple[Source, ...]

    def key(self) -> str:
        """The name of this layer in the cache."""
        return short("\n".join(source.key() for source in self.sources))

    def pour(self, tar: Tar) -> dict[str, str]:
        """Put all sources in, the first one wins where two have a file of one name."""
        versions: dict[str, str] = {}
        for source in self.sources:
            versions |= source.pour(tar)
        return versions


def layer(*sources: Source) -> Layer:
    """One layer of several sources."""
    return Layer(sources)


@dataclass(frozen=True)
class Program:
    """A program that the tool builder made; static, so it needs nothing beside it."""

    name: str
    path: str

    def key(self) -> str:
        """The folder of a built program is named by all that it was built from."""
        built = tools.binary(self.name)
        inside = built.relative_to(paths.CACHE) if built.is_relative_to(paths.CACHE) else built
        return f"{self} {inside}"

    def pour(self, tar: Tar) -> dict[str, str]:
        """Executable by all, writable by none but root."""
        tar.file(self.path, tools.binary(self.name), 0o755)
        return {}


@dataclass(frozen=True)
class Text:
    """A file of a few lines."""

    path: str
    text: str
    mode: int = 0o644

    def key(self) -> str:
        """The text itself."""
        return repr(self)

    def pour(self, tar: Tar) -> dict[str, str]:
        """As it is."""
        tar.file(self.path, self.text.encode(), self.mode)
        return {}


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    path: str
    target: str

    def key(self) -> str:
        """Both ends."""
        return repr(self)

    def pour(self, tar: Tar) -> dict[str, str]:
        """As it is."""
        tar.link(self.path, self.target)
        return {}


@dataclass(frozen=True)
class Folder:
    """An empty folder."""

    path: str
    mode: int = 0o755
    owner: int = 0

    def key(self) -> str:
        """Name, mode and owner."""
        return repr(self)

    def pour(self, tar: Tar) -> dict[str, str]:
        """As it is."""
        tar.folder(self.path, self.mode, self.owner)
        return {}


@dataclass(frozen=True)
class Users:
    """The users of an image, as programs look them up: root, nobody, and those named here."""

    ids: tuple[tuple[str, int, int, str], ...] = field(default=())
    """Name, uid, gid, home."""

    def key(self) -> str:
        """The users."""
        return repr(self)

    def pour(self, tar: Tar) -> dict[str, str]:
        """Without passwords: nobody logs in."""
        users = (("root", 0, 0, "/root"), *self.ids, ("nobody", 65534, 65534, "/nonexistent"))
        passwd = [f"{name}:x:{uid}:{gid}::{home}:/bin/sh" for name, uid, gid, home in users]
        group = [f"{name}:x:{gid}:" for name, _, gid, _ in users]
        tar.file("etc/passwd", ("\n".join(passwd) + "\n").encode())
        tar.file("etc/group", ("\n".join(group) + "\n").encode())
        tar.file("etc/nsswitch.conf", b"hosts: files dns\n")
        return {}


def short(text: str) -> str:
    """Sixteen hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
