"""An inspected model for people, for programs, and as a row that the site's import reads."""

from typing import Any

from gaissa_web.core.inspecting.contents import Inspection
from gaissa_web.core.units import readable

COLUMNS = ("model", "model_size (count)", "file_size (B)", "flops (FLOP)")
"""Names of metrics with their units, so that an import needs to know nothing of who wrote the table."""


def as_row(model: Inspection) -> tuple[str | int | None, ...]:
    """Return the model's numbers in the order of `COLUMNS`; what is not known is None."""
    return (model.name, model.parameters, model.file_size, _operation_count(model))


def as_data(model: Inspection) -> dict[str, Any]:
    """Return all numbers of the model, each with its unit in its name."""
    return {
        "model": model.name,
        "format": model.format,
        "files": list(model.files),
        "parameters": model.parameters,
        "parameters_by_data_type": model.data_types,
        "other_values": model.other_values,
        "file_size_bytes": model.file_size,
        "tensor_size_bytes": model.tensor_size,
        "operations_flop": _operation_count(model),
        "operations_about": model.operations.about if model.operations else None,
        "notes": list(model.notes),
    }


def as_text(model: Inspection) -> str:
    """Return the model's numbers as lines for a terminal."""
    files = "" if len(model.files) == 1 else f" in {len(model.files):,} files"
    types = ", ".join(f"{name} {_number(count)}" for name, count in model.data_types.items())
    lines = [
        ("parameters", "not known" if model.parameters is None else _number(model.parameters)),
        (
            "file size",
            f"{_number(model.file_size, 'B')}{files}, of which tensors {readable(model.tensor_size, 'B')}",
        ),
        ("data types", types or "none"),
        ("operations", _operations(model)),
    ]
    if model.other_values:
        lines.append(("not counted", f"{_number(model.other_values)}: integers, masks, running statistics"))
    lines += [("note", note) for note in model.notes]
    return "\n".join([f"{model.name} ({model.format})", *(f"  {name:<13}{text}" for name, text in lines)])


def _operations(model: Inspection) -> str:
    if model.operations is None:
        return "not known: only an ONNX file says what a model computes"
    if model.operations.count is None:
        return f"not known: {model.operations.about}"
    return f"{_number(model.operations.count, 'FLOP')}, {model.operations.about}"


def _operation_count(model: Inspection) -> int | None:
    return model.operations.count if model.operations else None


def _number(value: int, unit: str = "") -> str:
    """Return a number as one reads it, with all its digits behind it where some are left out."""
    short, full = readable(value, unit), f"{value:,} {unit}".strip()
    return short if short == full else f"{short} ({full})"
