class VerificationError(Exception):
    """Why a backup is not to be trusted, in one line."""
