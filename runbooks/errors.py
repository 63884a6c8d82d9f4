class RunbookError(Exception):
    """Why a runbook stopped, in one line: what, got, allowed, remedy."""
