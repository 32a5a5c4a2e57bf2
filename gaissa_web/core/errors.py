"""The errors that core raises at its callers; each message is a sentence fit for a reader."""

from math import ceil


class InvalidInputError(ValueError):
    """Something given from outside breaks a rule; the message says which, in plain words."""


class UnreadableFileError(InvalidInputError):
    """A file cannot be read as what it claims to be; the message says why and what would do."""


class ConflictError(InvalidInputError):
    """What somebody wants to change has been changed by somebody else since they looked at it."""


class TooManyTriesError(InvalidInputError):
    """Somebody does something too often; `seconds` and `minutes` say when to try again."""

    def __init__(self, message: str, seconds: float) -> None:
        self.seconds = max(ceil(seconds), 1)
        self.minutes = ceil(self.seconds / 60)
        super().__init__(f"{message} Please try again in {self.minutes} min.")
