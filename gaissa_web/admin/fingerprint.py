"""Telling whether a row is still what a form was made from."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return a short text that changes when any of the values does."""
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
