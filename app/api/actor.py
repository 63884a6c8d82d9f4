"""Who changes something, as the client says: there is one key, so it is recorded as given."""

from typing import Annotated

from fastapi import Header
from pydantic import Field

Actor = Annotated[
    str,
    Header(
        alias="X-Actor",
        pattern=r"^[\w.@-][\w.@ -]{0,99}$",
        description="Who does this. Recorded in the audit as given.",
    ),
]
Why = Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Words for whoever reads the audit."""
