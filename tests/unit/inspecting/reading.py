"""Reading bytes as if they were a model's file."""

import io
from pathlib import Path

from gaissa_web.core.inspecting import Inspection, inspection, read_model_file

MODELS = Path(__file__).parents[2] / "data" / "models"


def read(data: bytes):
    """Return what a file with that content holds."""
    return read_model_file(io.BytesIO(data), len(data))


def inspect(data: bytes) -> Inspection:
    """Return the numbers of a model with one file of that content."""
    return inspection("model", {"model": len(data)}, [read(data)], "")
