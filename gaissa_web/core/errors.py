"""The errors that core raises at its callers; each message is a sentence fit for a reader."""

from math import ceil


class InvalidInputError(ValueError):
    """Something given from outside breaks a rule; the message says which, in plain words."""


class UnreadableFileError(InvalidInputError):
    """A file cannot be read as what it claims to be; the message says why and what would do."""


class TooMuchError(UnreadableFileError):
    """What was sent would take more room or time to read than one request gets; none of it is read."""


class ConflictError(InvalidInputError):
    """What somebody wants to change has been changed by somebody else since they looked at it."""


class BusyError(InvalidInputError):
    """Too much of the same is being done just now; the same request may succeed in a moment."""


class TooManyTriesError(InvalidInputError):
    """Somebody does something too often; `seconds` and `minutes` say when to try again."""

    def __init__(self, message: str, seconds: float) -> None:
        self.seconds = max(ceil(seconds), 1)
        self.minutes = ceil(self.seconds / 60)
        super().__init__(f"{message} Please try again in {self.minutes} min.")
