"""What each command does; one file a command that is more than a line."""


class BadUsage(ValueError):
    """Arguments that cannot be meant so: what was given, and what is allowed."""
