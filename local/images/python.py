"""Python for the service's image: Debian's interpreter, wheels from a lock, all of it compiled.

A container's root is read-only, so what is not compiled here is compiled again at every start.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local import paths
from local.errors import EngineError
from local.images import apt
from local.images.debian import Packages, matches
from local.images.layers import short
from local.images.tar import Tar

VERSION = "3.13"
"""Of Debian's release."""
PLATFORM = "x86_64-manylinux_2_36"
PROGRAM = f"python{VERSION}"
PACKAGES = (PROGRAM, "libstdc++6")
"""The interpreter, and what NumPy's and ONNX Runtime's wheels expect of a machine."""
LIBRARY = f"usr/lib/python{VERSION}"

UNREAD = (
    "*/tests/*",
    "*.c",
    "*.h",
    "*.pxd",
    "*.pyi",
    "*.pyx",
    "bin/*",
    # For programs in C; the Python module has the runtime inside.
    "onnxruntime/capi/libonnxruntime.so*",
    # Conversion and training of models; the service only runs one.
    "onnxruntime/quantization/*",
    "onnxruntime/tools/*",
    "onnxruntime/transformers/*",
)
"""Files of wheels that a running service does not read."""


@dataclass(frozen=True, kw_only=True)
class Python:
    """The interpreter with its standard library, compiled."""

    above: tuple[str, ...]
    """Packages of the layers below."""

    def key(self) -> str:
        """The packages."""
        return repr((self, self._packages.key()))

    def pour(self, tar: Tar) -> dict[str, str]:
        """Unpack the packages, then add what the interpreter compiled."""
        versions = self._packages.pour(tar)
        root = interpreter()
        for compiled in sorted((root / LIBRARY).rglob("__pycache__/*.pyc")):
            tar.file(str(compiled.relative_to(root)), compiled)
        tar.link("usr/bin/python", PROGRAM)
        tar.link("usr/bin/python3", PROGRAM)
        return versions

    @property
    def _packages(self) -> Packages:
        return Packages(
            names=PACKAGES,
            above=self.above,
            leaving=(f"{LIBRARY}/pydoc_data/*", f"{LIBRARY}/ensurepip/*", "usr/share/*/python*.d*"),
        )


@dataclass(frozen=True)
class Wheels:
    """What a lock names, installed for the image's Python and not for the host's."""

    lock: Path
    inside: str

    def key(self) -> str:
        """The lock's content."""
        return repr((self.inside, short(self.lock.read_text()), VERSION, PLATFORM, UNREAD))

    def pour(self, tar: Tar) -> dict[str, str]:
        """Install, leave out what is not read, compile."""
        with tempfile.TemporaryDirectory(dir=paths.CACHE) as folder:
            site = Path(folder)
            self._install(site)
            for path in sorted(site.rglob("*"), reverse=True):
                if path.is_file() and matches(path.relative_to(site).as_posix(), UNREAD):
                    path.unlink()
                elif path.is_dir() and not any(path.iterdir()):
                    path.rmdir()
            compile_all(site, self.inside)
            tar.tree(self.inside, site)
        return {}

    def _install(self, site: Path) -> None:
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        if uv is None:
            raise EngineError("uv is missing in .venv; run `make venv`")
        done = subprocess.run(
            [
                *(uv, "pip", "install", "--quiet"),
                *("--target", site, "--requirements", self.lock),
                *("--python-version", VERSION, "--python-platform", PLATFORM),
                *("--only-binary", ":all:", "--require-hashes", "--no-deps"),
            ],
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = " ".join(done.stderr.split())
            raise EngineError(f"{self.lock.name} could not be installed for the image: {said}")


@dataclass(frozen=True)
class Tree:
    """A folder of our own Python code, compiled."""

    folder: Path
    inside: str

    def key(self) -> str:
        """The names and contents of its files."""
        digest = hashlib.sha256()
        for path in self._files():
            digest.update(f"{path.relative_to(self.folder)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return f"{self.inside} {VERSION} {digest.hexdigest()}"

    def pour(self, tar: Tar) -> dict[str, str]:
        """Compile a copy: the work tree stays as it is."""
        with tempfile.TemporaryDirectory(dir=paths.CACHE) as folder:
            copy = Path(folder)
            for path in self._files():
                target = copy / path.relative_to(self.folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
            compile_all(copy, self.inside)
            tar.tree(self.inside, copy)
        return {}

    def _files(self) -> Iterator[Path]:
        return (
            path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        )


def compile_all(folder: Path, inside: str) -> None:
    """Compile a folder of the host that will be `inside` in the image."""
    _run(interpreter(), folder, inside)


def interpreter() -> Path:
    """Debian's Python unpacked on the host, its library compiled; made once."""
    root = paths.CACHE / "images" / "python" / short(repr((apt.SUITE, PACKAGES)))
    if root.exists():
        return root
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent) as folder:
        partial = Path(folder, "root")
        for deb in apt.fetched(apt.resolved(PACKAGES)):
            apt.unpack(deb, partial)
        _run(partial, partial / LIBRARY, f"/{LIBRARY}")
        partial.rename(root)
    return root


def _run(root: Path, folder: Path, inside: str) -> None:
    """Compile with the Python under a root, started by the C library beside it.

    The files are trusted as they are, so neither a time nor a source is looked at when they load.
    """
    done = subprocess.run(
        [
            root / "usr/lib64/ld-linux-x86-64.so.2",
            *("--library-path", root / "usr/lib/x86_64-linux-gnu"),
            *(root / "usr/bin" / PROGRAM, "-m", "compileall", "-q"),
            *("--invalidation-mode", "unchecked-hash"),
            *("-s", folder, "-p", inside, folder),
        ],
        env={"PYTHONHOME": str(root / "usr"), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["no reason given"]
        raise EngineError(f"{inside} could not be compiled for the image: {said[-1]}")


def _environment() -> dict[str, str]:
    """Where pip finds packages on this machine, uv does too."""
    bridged = {
        "UV_DEFAULT_INDEX": os.environ.get("PIP_INDEX_URL"),
        "UV_INDEX": os.environ.get("PIP_EXTRA_INDEX_URL"),
        "SSL_CERT_FILE": os.environ.get("PIP_CERT"),
    }
    known = {name: value for name, value in bridged.items() if value}
    return known | {"UV_CACHE_DIR": str(paths.CACHE / "uv")} | dict(os.environ)
