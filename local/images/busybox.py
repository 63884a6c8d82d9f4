import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.images.apt import fetched, members, resolved
from local.images.tar import Tar

PACKAGE = "busybox-static"


@dataclass(frozen=True)
class Busybox:
    """One static program that is many: each of its applets is a link to it."""

    def key(self) -> str:
        """No choice to make."""
        return repr((PACKAGE, self))

    def pour(self, tar: Tar) -> dict[str, str]:
        """Take the program out of its package, and ask it for its applets."""
        version = resolved((PACKAGE,))[PACKAGE]
        (deb,) = fetched({PACKAGE: version})
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, "busybox")
            for info, content in members(deb):
                if content and info.name.endswith("/bin/busybox"):
                    program.write_bytes(content.read())
            program.chmod(0o755)
            listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
            tar.file("/bin/busybox", program, 0o755)
        for applet in sorted(set(listed.stdout.split()) - {"busybox"}):
            tar.link(f"/bin/{applet}", "busybox")
        return {PACKAGE: version}
