"""The errors that core raises at its callers; each message is a sentence fit for a reader."""


class InvalidInputError(ValueError):
    """Something given from outside breaks a rule; the message says which, in plain words."""


class UnreadableFileError(InvalidInputError):
    """A file cannot be read as what it claims to be; the message says why and what would do."""


class ConflictError(InvalidInputError):
    """What somebody wants to change has been changed by somebody else since they looked at it."""
