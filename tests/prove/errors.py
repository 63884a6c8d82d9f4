class ProveError(Exception):
    """Why a promise could not be measured, in one line: what, got, allowed, remedy."""
