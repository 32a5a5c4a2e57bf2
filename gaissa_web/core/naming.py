"""What models are called: names without what nobody sees, and which names mean the same model."""

import re
import unicodedata

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.text import one_line

MAX_NAME = 200
"""Characters of a model's name, and of its author's."""
_BETWEEN = re.compile(r"[\s_\-\u2010-\u2015\u2212]+")
"""Blanks, hyphens and underscores, which people use for each other."""
_SLUG = re.compile(r"[a-z][a-z0-9_]*")


def clean_name(text: str) -> str:
    """Return a name on one line as Unicode writes it in one way (NFKC), without invisible characters."""
    return one_line(unicodedata.normalize("NFKC", text))


def check_name(text: str) -> str:
    """Return the clean name.

    Raises:
        InvalidInputError: Nothing is left of it, or it is too long.
    """
    name = clean_name(text)
    if not name:
        raise InvalidInputError("Say which model this is about: give its name.")
    if len(name) > MAX_NAME:
        raise InvalidInputError(f"Please use at most {MAX_NAME} characters for a name.")
    return name


def identity(name: str, author: str) -> str:
    """Return what is the same for all spellings of one model: "ResNet-50", "resnet 50" and "ResNet50".

    A name such as "google/bert" is that of the model "bert" by "google".
    """
    parts = [author, name] if author else [name]
    whole = "/".join(clean_name(part) for part in parts)
    return _BETWEEN.sub("", whole.casefold()) or whole


def check_slug(slug: str) -> None:
    """Refuse a slug that is not small letters, digits and underscores.

    Raises:
        InvalidInputError: It has others, or does not begin with a letter.
    """
    if not _SLUG.fullmatch(slug):
        raise InvalidInputError("The slug takes small letters, digits and _, and begins with a letter.")
