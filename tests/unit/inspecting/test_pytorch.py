"""PyTorch files: what is the model's, what is shared, and containers that are not what they claim."""

import io
import pickle
import re
import struct
import zipfile
from collections import OrderedDict

import pytest

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import pytorch
from tests.unit.inspecting.reading import MODELS, inspect, read


class Global:
    """Something of another library that a pickle only names."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class Call:
    """A call that a pickle asks for."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments


class With(Call):
    """A call whose result then gets a state."""

    def __init__(self, call, state):
        super().__init__(call.function, *call.arguments)
        self.state = state


class Pickler(pickle._Pickler):
    """Python's own pickler, which writes names of modules that are not there."""

    def persistent_id(self, value):
        return value.identity if isinstance(value, Stored) else None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, Global):
            self.write(f"c{value.module}\n{value.name}\n".encode())
        elif isinstance(value, Call):
            self.save(value.function)
            self.save(value.arguments)
            self.write(pickle.REDUCE)
            if isinstance(value, With):
                self.save(value.state)
                self.write(pickle.BUILD)
        else:
            super().save(value, save_persistent_id)


class Stored:
    """A storage, by its persistent id."""

    def __init__(self, key="0", length=6, kind="FloatStorage", module="torch"):
        self.identity = ("storage", Global(module, kind), key, "cpu", length)


def utils(name, *arguments):
    return Call(Global("torch._utils", name), *arguments)


def tensor(key="0", shape=(2, 3), strides=(3, 1), offset=0, length=6, kind="FloatStorage"):
    return utils(
        "_rebuild_tensor_v2", Stored(key, length, kind), offset, shape, strides, False, OrderedDict()
    )


def archive(value, sizes=(("0", 24), ("1", 24)), compression=zipfile.ZIP_STORED, root="m/"):
    description = io.BytesIO()
    Pickler(description, 2).dump(value)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        made.writestr(f"{root}data.pkl", description.getvalue())
        for key, size in sizes:
            made.writestr(f"{root}data/{key}", bytes(size))
    return file.getvalue()


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_may_be_compressed(compression):
    assert inspect(archive({"w": tensor()}, compression=compression)).parameters == 6


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_which_could_fill_the_memory_are_refused(compression):
    with pytest.raises(UnreadableFileError, match="compressed"):
        read(archive({"w": tensor()}, compression=compression))


@pytest.mark.parametrize("root", ["", "a/b/"])
def test_an_archive_of_another_program_is_refused(root):
    with pytest.raises(UnreadableFileError, match="not one that PyTorch wrote"):
        read(archive({"w": tensor()}, root=root))


def test_a_description_that_unpacks_to_more_than_any_model_needs_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made, made.open("m/data.pkl", "w") as entry:
        for _ in range(30):
            entry.write(b"X" + struct.pack("<I", 5_000_000) + bytes(5_000_000) + b"0")
    assert len(file.getvalue()) < 1_000_000
    with pytest.raises(UnreadableFileError, match="larger than"):
        read(file.getvalue())


@pytest.mark.parametrize("length", [pytorch.MAX_READ + 1, 2**31])
def test_a_directory_that_would_fill_the_memory_is_not_read(length):
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, length, 0, 0)

    class Long(io.BytesIO):
        """A file that is said to be as long as its directory, without being it."""

        def seek(self, place, whence=0):
            if whence == 2:
                return super().seek(len(data) + place) + length
            return super().seek(max(place - length, 0))

        def tell(self):
            return super().tell() + length

    data = b"PK\3\4" + bytes(100) + end
    with pytest.raises(UnreadableFileError):
        pytorch.read_archive(Long(data))


def test_an_archive_is_read_in_sips():
    sips = pytorch._Sips(io.BytesIO(bytes(100)))
    assert (sips.read(), sips.seek(0), sips.read(10)) == (bytes(100), 0, bytes(10))
    with pytest.raises(UnreadableFileError, match="more entries"):
        sips.read(pytorch.MAX_READ + 1)


@pytest.mark.parametrize(
    ("value", "expected", "note"),
    [
        ({"a": tensor(), "b": tensor("1")}, 12, ""),
        ({"a": tensor(), "b": tensor()}, 6, ""),
        ({"a": tensor(), "b": tensor(shape=(3,), strides=(1,), offset=3)}, 6, ""),
        ({"a": tensor(shape=(3,), strides=(1,)), "b": tensor(shape=(3,), strides=(1,), offset=3)}, 6, ""),
        ({"a": tensor(shape=(2, 1), strides=(3, 1))}, 2, ""),
        (
            {"a": tensor(shape=(2, 1), strides=(3, 1)), "b": tensor(shape=(2, 2), strides=(3, 1), offset=1)},
            6,
            "",
        ),
        ({"a": tensor(shape=(1000, 6), strides=(0, 1))}, 6, ""),
        ({"a": tensor(shape=(), strides=())}, 1, ""),
        ({"a": tensor(shape=(0, 5), strides=(5, 1), offset=6), "b": tensor("1")}, 6, ""),
        ({"a": utils("_rebuild_parameter", tensor(), True, OrderedDict())}, 6, ""),
        ({"a": utils("_rebuild_parameter_with_state", tensor(), True, OrderedDict(), {})}, 6, ""),
        ({"a": utils("_rebuild_tensor", Stored(), 0, (2, 3), (3, 1))}, 6, ""),
        (
            {"a": utils("_rebuild_qtensor", Stored("0", 6, "QInt8Storage"), 0, (6,), (1,), (), False, {})},
            6,
            "",
        ),
        ([tensor(), (tensor("1"),)], 12, ""),
        (tensor(), 6, ""),
        ({0: tensor(), 10**5000: tensor("1"), None: 1}, 12, ""),
        ({"state_dict": {"a": tensor()}}, 6, ""),
        ({"state_dict": {"a": tensor()}, "other": tensor("1")}, 6, "Only “state_dict” .* not other"),
        ({"model": 5, "w": tensor()}, 6, ""),
        ({"model": tensor(), "x": tensor("1")}, 6, "Only “model”"),
        ({"model": {}, "w": tensor()}, 6, ""),
        ({"model": {"a": tensor()}, "state_dict": {"b": tensor("1")}}, 6, "Only “state_dict”"),
        ({"net": {"a": tensor()}, "optimizer": {"state": {0: tensor("1")}}}, 6, "Not counted .*: optimizer"),
        (
            {"net": {"a": tensor()}, "lr_schedulers": [tensor("1")], "GradScaler": 1},
            6,
            "lr_schedulers, GradScaler",
        ),
        ({"state": {0: tensor()}, "param_groups": [], "w": tensor("1")}, 12, ""),
    ],
    ids=lambda value: None,
)
def test_only_the_models_numbers_count_and_each_once(value, expected, note):
    model = inspect(archive(value))
    assert model.parameters == expected
    (found,) = model.notes or ("",)
    assert re.search(note, found) if note else not found


def test_a_module_says_which_of_its_tensors_are_parameters():
    inner = {
        "_parameters": {"w": tensor()},
        "_buffers": {"table": tensor("1")},
        "_modules": {},
        "cache": tensor("1"),
    }
    module = Call(Global("builtins", "object"))
    outer = {"_parameters": {}, "_modules": {"inner": With(module, inner)}}
    model = inspect(archive(With(module, outer)))
    assert (model.parameters, model.other_values) == (6, 6)


def subclass(function, arguments):
    return Call(
        Global("torch._tensor", "_rebuild_from_type_v2"), function, Global("my", "Type"), arguments, {}
    )


def test_a_subclass_of_a_tensor_counts_as_the_tensor():
    inner = subclass(Global("torch._utils", "_rebuild_tensor_v2"), (Stored(), 0, (2, 3), (3, 1), False, {}))
    assert inspect(archive({"a": inner, "b": utils("_rebuild_parameter", inner, True, {})})).parameters == 6


def test_what_is_no_tensor_but_holds_some_is_looked_into():
    indices = tensor("1", kind="LongStorage", length=3, shape=(3,), strides=(1,))
    sparse = utils("_rebuild_sparse_tensor", Global("torch", "sparse_coo"), (tensor(), indices))
    model = inspect(archive({"a": sparse}))
    assert (model.parameters, model.other_values) == (6, 3)


@pytest.mark.parametrize(
    "broken",
    [
        tensor(shape=(2, 4), strides=(4, 1)),
        tensor(shape=(2, 3), strides=(4, 1)),
        tensor(shape=(2, 3), strides=(3,)),
        tensor(shape=(2, 3), strides=(-3, 1)),
        tensor(shape=(-2, -3)),
        tensor(shape=(2**40, 2**40), strides=(0, 0)),
        tensor(shape=("2",), strides=(1,)),
        tensor(shape=[2, 3]),
        tensor(offset=1),
        tensor(offset=-1),
        tensor(offset="0"),
        tensor(length=7),
        tensor(length=-6),
        tensor(length=2**62),
        tensor(length="6"),
        tensor(key="2"),
        tensor(key=0),
        tensor(key="../data.pkl"),
        tensor(kind="NoStorage"),
        tensor(kind="Storage"),
        utils("_rebuild_tensor_v2"),
        utils("_rebuild_tensor_v2", None, 0, (2, 3), (3, 1)),
        utils("_rebuild_tensor_v3", Stored(), 0, (2, 3), (3, 1), False, {}),
        utils("_rebuild_tensor_v3", Stored(), 0, (2, 3), (3, 1), False, {}, None),
        utils("_rebuild_tensor_v3", Stored(), 0, (2, 3), (3, 1), False, {}, Global("torch", "float7")),
        5,
        {},
        None,
    ],
    ids=lambda value: None,
)
def test_a_tensor_that_does_not_agree_with_its_data_is_refused(broken):
    with pytest.raises(UnreadableFileError, match=r"\.$"):
        read(archive({"a": broken}))


def test_an_optimisers_state_is_no_model():
    with pytest.raises(UnreadableFileError, match="optimiser"):
        read((MODELS / "several-formats" / "optimizer.pt").read_bytes())


def test_many_parts_of_a_checkpoint_are_not_all_listed():
    value = {"model": {"a": tensor()}, **{f"part{i}\x1b": i for i in range(1000)}}
    (note,) = inspect(archive(value)).notes
    assert "part9 and 990 more" in note
    assert "\x1b" not in note


def test_a_legacy_file_must_hold_the_data_that_it_names():
    data = (MODELS / "tied-legacy.pth").read_bytes()
    assert inspect(data).parameters == 312
    for broken in (data[:-1], data.replace(b"\x80\x02]q\x00(", b"\x80\x02(0)0(0")):
        with pytest.raises(UnreadableFileError):
            read(broken)


def test_a_legacy_file_without_a_list_of_its_storages_is_refused():
    data = (MODELS / "tied-legacy.pth").read_bytes()
    start = data.rindex(b"\x80\x02]")
    for keys in (b"\x80\x02N.", b"\x80\x02].", b"\x80\x02]N\x85a."):
        with pytest.raises(UnreadableFileError, match="incomplete"):
            read(data[:start] + keys + data[start:])


def test_a_legacy_file_without_tensors_is_refused():
    magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
    with pytest.raises(UnreadableFileError, match="no tensors"):
        read(magic + b"\x80\x02M\xe9\x03." + b"\x80\x02}." * 2 + b"\x80\x02].")
