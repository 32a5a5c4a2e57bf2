"""Whatever the format: of a large file only the description is read."""

import io
import json
import zipfile

import pytest

from gaissa_web.core.inspecting import read_model_file
from tests.unit.inspecting.onnx_files import model, tensor

SIZE = 40_000_000
SHAPE = (SIZE // 4,)


def safetensors():
    header = json.dumps({"w": {"dtype": "F32", "shape": SHAPE, "data_offsets": [0, SIZE]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(SIZE)


def onnx():
    return model(tensors=[tensor("w", SHAPE, 1, SIZE), tensor("b")])


def description():
    length = b"J" + SHAPE[0].to_bytes(4, "little")
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu" + length + b"tQ"
    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0" + length + b"\x85K\x01\x85\x89NtR."
    )


def pytorch():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("m/data.pkl", description())
        archive.writestr("m/data/0", bytes(SIZE))
    return file.getvalue()


def legacy():
    magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
    keys = b"\x80\x02]X\x01\0\0\x000a."
    return magic + b"\x80\x02M\xe9\x03." + b"\x80\x02}." + description() + keys + bytes(8 + SIZE)


class Counting(io.BytesIO):
    """A file that counts what is read of it."""

    count = 0

    def read(self, length=-1):
        data = super().read(length)
        self.count += len(data)
        return data


@pytest.mark.parametrize("write", [safetensors, onnx, pytorch, legacy])
def test_the_data_of_tensors_are_never_read(write):
    data = write()
    file = Counting(data)
    held = read_model_file(file, len(data))
    assert held.tensors[0].elements == SHAPE[0]
    assert file.count < 100_000
