"""What each command does; one file a command that is more than a line."""


class BrokenOff(Exception):
    """A run that ended too early, for a reason that has its own message: what is kept, and how to go on."""

    def __init__(self, reason: BaseException, message: str) -> None:
        super().__init__(message)
        self.reason = reason
