"""Safetensors files: eight bytes with the length of a JSON header that describes every tensor.

The format is specified at https://huggingface.co/docs/safetensors; as in the library, the header
holds at most 100 MB, and the tensors fill the rest of the file without gap or overlap.
"""

from typing import Any, BinaryIO

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting.bounded import bounded_json
from gaissa_web.core.inspecting.contents import Contents, Tensor, byte_count, element_count, shown

MAX_HEADER = 100_000_000

_LENGTH = 8
_DATA_TYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
    "F6_E2M3": "float6_e2m3",
    "F6_E3M2": "float6_e3m2",
    "F4": "float4_e2m1",
    "C64": "complex64",
    "BOOL": "bool",
    **{
        f"{letter}{bits}": f"{kind}{bits}"
        for letter, kind in (("I", "int"), ("U", "uint"))
        for bits in (8, 16, 32, 64)
    },
}


def is_safetensors(start: bytes) -> bool:
    """Whether a file that begins with these bytes is one: its header's length, then an object."""
    return len(start) > _LENGTH and start[_LENGTH:].startswith(b"{") and _length(start) <= MAX_HEADER


def read_safetensors(file: BinaryIO, size: int) -> Contents:
    """Read the header of a file of `size` bytes; the tensors' data are never read.

    Raises:
        UnreadableFileError: The header is damaged, or does not agree with the file.
    """
    file.seek(0)
    length = _length(file.read(_LENGTH))
    if length > min(MAX_HEADER, size - _LENGTH):
        raise UnreadableFileError("The file ends before its header does; it may be incomplete.")
    text = file.read(length)
    header = bounded_json(text, "The header")
    if not isinstance(header, dict):
        raise UnreadableFileError("The header is damaged.")
    spans = [_span(name, entry) for name, entry in header.items() if name != "__metadata__"]
    position = 0
    for begin, end, tensor in sorted(spans, key=lambda span: span[:2]):
        if begin != position or end - begin != tensor.size:
            raise UnreadableFileError(f"The place of tensor “{shown(tensor.name)}” does not fit its shape.")
        position = end
    if position != size - _LENGTH - length:
        raise UnreadableFileError("The file has not as many bytes as its tensors need; it may be incomplete.")
    return Contents("safetensors", tuple(tensor for _, _, tensor in spans))


def _length(start: bytes) -> int:
    return int.from_bytes(start[:_LENGTH], "little")


def _span(name: str, entry: Any) -> tuple[int, int, Tensor]:
    """Return where in the data a tensor begins and ends, and the tensor."""
    match entry:
        case {"dtype": str(code), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
            pass
        case _:
            raise UnreadableFileError(f"The header does not describe tensor “{shown(name)}” properly.")
    data_type = _DATA_TYPES.get(code)
    if data_type is None:
        raise UnreadableFileError(f"Data type “{shown(code)}” is not known here.")
    elements = element_count(shape)
    return begin, end, Tensor(name, data_type, elements, byte_count(elements, data_type))
