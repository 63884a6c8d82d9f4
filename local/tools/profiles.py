"""What each profile builds: the core table, and the tools that further parts need.

They stand apart because a cold build of the core profile is measured against its table: a part
that is not raised must not make that measurement out of date.
"""

from collections.abc import Mapping

from local.tools import table
from local.tools.table import Tool

_FURTHER = (
    # An S3 server over a folder
    Tool(
        name="versitygw",
        module="github.com/versity/versitygw",
        version="v1.8.0",
        checksum="h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc=",
        programs={"versitygw": "./cmd/versitygw"},
        stamps=("main.Version={version}",),
        seconds=53,
        megabytes=900,
    ),
    # Certificates. The last version whose main packages are in its module: since then they are
    # modules of their own that nobody publishes. Other environments run the current release.
    Tool(
        name="cert-manager",
        module="github.com/cert-manager/cert-manager",
        version="v1.11.5",
        checksum="h1:K2LurvwIE4hIhODQZnkOW6ljYe3lVMAliS/to+gI05o=",
        programs={
            program: f"./cmd/{program}" for program in ("controller", "webhook", "cainjector")
        },
        stamps=("github.com/cert-manager/cert-manager/pkg/util.AppVersion={version}",),
        releases=tuple(
            f"deploy/crds/crd-{kind}.yaml"
            for kind in (
                "certificaterequests",
                "certificates",
                "challenges",
                "clusterissuers",
                "issuers",
                "orders",
            )
        ),
        charts=("deploy/charts/cert-manager",),
        seconds=108,
        megabytes=1500,
    ),
    # CloudNativePG's way to object stores
    Tool(
        name="plugin-barman-cloud",
        module="github.com/cloudnative-pg/plugin-barman-cloud",
        version="v0.14.0",
        checksum="h1:kpTo7egntRIM15hvo0xtOj07wyjj23jcz/Co0KfzC7s=",
        programs={"plugin-barman-cloud": "./cmd/manager"},
        releases=("config/crd/bases/barmancloud.cnpg.io_objectstores.yaml",),
        seconds=84,
        megabytes=1300,
    ),
    # What sends load by the clock
    Tool(
        name="vegeta",
        module="github.com/tsenart/vegeta/v12",
        version="v12.12.0",
        checksum="h1:FKMMNomd3auAElO/TtbXzRFXAKGee6N/GKCGweFVm2U=",
        programs={"vegeta": "."},
        stamps=("main.Version={version}",),
        seconds=30,
        megabytes=250,
    ),
)

_TABLE = (*table.TOOLS.values(), *_FURTHER)
_CORE = table.SETS["core"]

TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in _TABLE}

SETS: Mapping[str, tuple[str, ...]] = {
    **table.SETS,
    "mlops": (*_CORE, "versitygw"),
    "backups": (*_CORE, "versitygw", "cert-manager", "plugin-barman-cloud"),
    "load": ("vegeta",),
    "all": tuple(TOOLS),
}
"""Names for several tools at once; a profile's name is that of its tools, core's among them."""

OWNERS: Mapping[str, Tool] = {program: tool for tool in _TABLE for program in tool.programs}
"""Program → the tool that builds it."""
