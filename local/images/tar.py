"""The bytes of a layer: a compressed tar, written without a daemon or a temporary tree."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO


@dataclass(frozen=True)
class Blob:
    """A layer as a registry knows it."""

    digest: str
    """Of the compressed bytes: the blob's name."""
    diff_id: str
    """Of the tar inside: what the image's config names."""
    size: int
    """Bytes to send."""
    unpacked: int
    """Bytes on a node's disk."""


@dataclass
class Tar:
    """A layer being written. Its bytes depend on what is put in, not on when, where or by whom."""

    _tar: tarfile.TarFile
    _seen: set[str] = field(default_factory=set)
    unpacked: int = 0

    def folder(self, path: str, mode: int = 0o755, owner: int = 0) -> None:
        """Add a folder, and those above it."""
        info = tarfile.TarInfo(_name(path))
        info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, mode, owner, owner
        self._put(info)

    def file(self, path: str, content: bytes | Path, mode: int = 0o644) -> None:
        """Add a file of root's."""
        info = tarfile.TarInfo(_name(path))
        info.mode = mode
        if isinstance(content, bytes):
            info.size = len(content)
            self._put(info, io.BytesIO(content))
        else:
            info.size = content.stat().st_size
            with content.open("rb") as stream:
                self._put(info, stream)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        info = tarfile.TarInfo(_name(path))
        info.type, info.mode, info.linkname = tarfile.SYMTYPE, 0o777, target
        self._put(info)

    def tree(self, path: str, folder: Path) -> None:
        """Add all that is under a folder of the host, in order of its names."""
        for found in sorted(folder.rglob("*")):
            inside = f"{path}/{found.relative_to(folder).as_posix()}"
            if found.is_symlink():
                self.link(inside, str(found.readlink()))
            elif found.is_dir():
                self.folder(inside)
            else:
                self.file(inside, found, 0o755 if found.stat().st_mode & 0o100 else 0o644)

    def member(self, info: tarfile.TarInfo, content: IO[bytes] | None) -> None:
        """Add a member of another tar under its own name, mode and owner."""
        info.name = _name(info.name)
        if info.islnk():
            info.linkname = _name(info.linkname)
        self._put(info, content)

    def _put(self, info: tarfile.TarInfo, content: IO[bytes] | None = None) -> None:
        if info.name in self._seen or info.name == ".":
            return
        parent = str(PurePosixPath(info.name).parent)
        if parent != "." and parent not in self._seen:
            self.folder(parent)
        self._seen.add(info.name)
        info.mtime, info.uname, info.gname, info.pax_headers = 0, "", "", {}
        self.unpacked += info.size
        self._tar.addfile(info, content)


@contextmanager
def written(path: Path) -> Iterator[tuple[Tar, list[Blob]]]:
    """Write a layer to a file: the tar to fill, and a list that holds its blob afterwards."""
    blob: list[Blob] = []
    with path.open("wb") as file:
        outer = _Hashed(file)
        # The time and name that gzip would note make every run's bytes differ.
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=outer, mtime=0) as packed:
            inner = _Hashed(packed)
            with tarfile.open(mode="w|", fileobj=inner, format=tarfile.PAX_FORMAT) as tar:
                filling = Tar(tar)
                yield filling, blob
        blob.append(Blob(outer.digest, inner.digest, outer.size, filling.unpacked))


class _Hashed(io.RawIOBase):
    """Passes bytes on, and knows their digest."""

    def __init__(self, onward: IO[bytes] | gzip.GzipFile) -> None:
        self._onward = onward
        self._hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._hash.update(data)
        self.size += len(data)
        self._onward.write(data)
        return len(data)

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"


def _name(path: str) -> str:
    """A member's name: relative and plain."""
    return str(PurePosixPath(path.removeprefix("./").lstrip("/")))
