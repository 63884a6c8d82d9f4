"""What a store answers instead of doing it. Each in one line, which goes to the client."""


class Refused(Exception):  # noqa: N818 (an answer to a caller, not a mistake)
    """It contradicts what stands. The line says how, and what would be allowed."""


class Unknown(Exception):  # noqa: N818 (likewise)
    """There is no such thing."""
