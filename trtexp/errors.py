"""Errors that a user can do something about. Only the standard library is imported."""


class BadUsage(ValueError):
    """Arguments that cannot be meant so: what was given, and what is allowed."""
