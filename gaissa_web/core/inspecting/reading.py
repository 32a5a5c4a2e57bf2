"""Telling the formats apart, by what is in a file more than by what it is called."""

from typing import BinaryIO

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import onnx, pytorch, safetensors
from gaissa_web.core.inspecting.contents import Contents

_START = 64
_OTHERS = {
    b"version https://git-lfs": "It is only a pointer of Git LFS; fetch the file itself with “git lfs pull”.",
    b"\x89HDF\r\n": "It is an HDF5 file, such as Keras writes; export the model to ONNX or safetensors.",
    b"GGUF": "It is a GGUF file; please give the model that it was made from.",
}


def read_model_file(file: BinaryIO, size: int) -> Contents:
    """Read what a file of `size` bytes holds, without running anything and without the tensors' data.

    Raises:
        UnreadableFileError: It is damaged, incomplete, or of no format that can be read; the
            message is a sentence that says which.
    """
    start = file.read(_START)
    if not start:
        raise UnreadableFileError("The file is empty.")
    for beginning, reason in _OTHERS.items():
        if start.startswith(beginning):
            raise UnreadableFileError(reason)
    if start.startswith(pytorch.ZIP):
        return pytorch.read_archive(file)
    if pytorch.is_legacy_pytorch(start):
        return pytorch.read_legacy(file, size)
    if safetensors.is_safetensors(start):
        return safetensors.read_safetensors(file, size)
    if onnx.may_be_onnx(start):
        return onnx.read_onnx(file, size)
    raise UnreadableFileError("It is neither a safetensors, nor an ONNX, nor a PyTorch file.")
