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
    "load": ("vegeta",),
    "all": tuple(TOOLS),
}
"""Names for several tools at once; a profile's name is that of its tools, core's among them."""

OWNERS: Mapping[str, Tool] = {program: tool for tool in _TABLE for program in tool.programs}
"""Program → the tool that builds it."""
