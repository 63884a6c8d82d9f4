"""Fixtures of all unit tests."""

from tests.unit.engine import deploy

__all__ = ["deploy"]
