class EngineError(Exception):
    """What stopped the local engine, in one line: what, got, allowed, remedy. Never a traceback."""
