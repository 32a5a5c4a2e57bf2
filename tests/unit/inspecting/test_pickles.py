"""Pickles that would run something, or fill the memory, if anybody let them."""

import contextlib
import io
import os
import pickle
import pickletools
import struct
import time
import zipfile

import pytest

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import bounded, pickles
from tests.unit.inspecting.reading import MODELS, read

VICTIMS = [("os", "system"), ("posix", "system"), ("builtins", "exec"), ("builtins", "eval")]
RECORDS = pickles.Name, pickles.Reference, pickles.Made


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def named(module, name):
    return f"c{module}\n{name}\n".encode()


def attacks(module, name, argument):
    """Pickles that call a function in every way there is, or name it in the hope that others do."""
    function, arguments = named(module, name), text(argument) + b"\x85"
    by_stack = text(module) + text(name) + b"\x93"
    yield "REDUCE", function + arguments + b"R."
    yield "STACK_GLOBAL", by_stack + arguments + b"R."
    yield "INST", b"(" + text(argument) + f"i{module}\n{name}\n.".encode()
    yield "OBJ", b"(" + function + text(argument) + b"o."
    yield "NEWOBJ", function + arguments + b"\x81."
    yield "NEWOBJ_EX", function + arguments + b"}\x92."
    yield "BUILD", function + b")\x81" + text(argument) + b"b."
    ordered = named("collections", "OrderedDict") + b")R"
    stated = b"}" + text("__setstate__") + function + b"sb"
    yield "BUILD with __setstate__", ordered + stated + text(argument) + b"b."
    slots = b"N}" + text("__reduce__") + function + b"s\x86b."
    yield "BUILD with slots", named("types", "SimpleNamespace") + b")R" + slots
    yield "EXT1", b"\x82\x01" + arguments + b"R."
    yield "EXT2", b"\x83\x01\x00" + arguments + b"R."
    yield "EXT4", b"\x84\x01\x00\x00\x00" + arguments + b"R."
    yield "PERSID", b"P" + argument.encode() + b"\n" + arguments + b"R."
    yield "BINPERSID", function + arguments + b"RQ."
    yield "as a key", b"}" + function + arguments + b"R" + b"Ns."
    yield "in a set", b"\x8f(" + function + arguments + b"R" + b"\x90."
    yield "in a frozen set", b"(" + function + arguments + b"R" + b"\x91."
    yield "through map", named("builtins", "map") + function + b"(" + text(argument) + b"l\x86R."
    yield "through getattr", (
        named("builtins", "getattr") + named("builtins", "__import__") + text(module) + b"\x85R" + text(name)
        + b"\x86R" + arguments + b"R."
    )  # fmt: skip
    yield "twice removed", function + arguments + b"Rq\x000h\x00h\x00\x86."
    yield "as a tensor", named("torch._utils", "_rebuild_tensor_v2") + function + arguments + b"R\x85R."
    yield "as a parameter", named("torch._utils", "_rebuild_parameter") + function + arguments + b"R\x85R."
    yield "as a storage", named("torch.storage", "_load_from_bytes") + function + arguments + b"R\x85R."
    yield (
        "as a subclass of a tensor",
        named("torch._tensor", "_rebuild_from_type_v2") + b"(" + function + b"N" + arguments + b"NtR.",
    )


def archive(description, more=()):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("archive/data.pkl", description)
        for name, data in more:
            made.writestr(name, data)
    return file.getvalue()


def legacy(description):
    magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
    return magic + b"\x80\x02M\xe9\x03." + b"\x80\x02}." + description + b"\x80\x02]."


@pytest.mark.parametrize("container", [archive, legacy])
@pytest.mark.parametrize("victim", VICTIMS, ids=".".join)
@pytest.mark.parametrize("protocol", [b"", b"\x80\x02", b"\x80\x05"])
def test_nothing_in_a_hostile_pickle_is_run(tmp_path, monkeypatch, container, victim, protocol):
    monkeypatch.chdir(tmp_path)
    touched = tmp_path / "touched"
    opened, made = f"open({str(touched)!r}, 'w')", f"__import__('os').mkdir({str(touched)!r})"
    for argument in (f"touch {touched}", opened, made):
        for way, attack in attacks(*victim, argument):
            with pytest.raises(UnreadableFileError):
                read(container(protocol + attack))
            assert not touched.exists(), way
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("way", [way for way, _ in attacks("os", "system", "true")])
def test_a_hostile_pickle_makes_nothing_but_records(way):
    attack = dict(attacks("posix", "system", "true"))[way]
    waiting = [pickles.load(bounded.Bounded(io.BytesIO(attack), 10_000))]
    while waiting:
        record = waiting.pop()
        assert record is None or type(record) in {str, int, tuple, *RECORDS}
        if isinstance(record, tuple):
            waiting += record
        elif isinstance(record, pickles.Made):
            waiting += [*record.arguments, *record.elements, record.state]
            waiting += [part for pair in record.pairs for part in pair]


def test_the_attacks_are_real(tmp_path, monkeypatch):
    """Python itself falls for them; otherwise they would prove nothing."""
    fell = set()
    for way, attack in attacks("posix", "system", "touch touched"):
        monkeypatch.chdir(tmp_path)
        with contextlib.suppress(Exception):  # each fails in its own way after the call
            pickle.loads(attack)
        if (tmp_path / "touched").exists():
            fell.add(way)
            (tmp_path / "touched").unlink()
    assert {"REDUCE", "STACK_GLOBAL", "INST", "OBJ", "as a key", "in a set", "twice removed"} <= fell


def test_every_instruction_of_pickle_is_known():
    known = {*pickles._PUSHED, *pickles._CONSTANTS, *pickles._EMPTY, *pickles._NOTHING, *pickles._DONE}
    assert {opcode.name for opcode in pickletools.opcodes} == known


class Ordinary:
    def __init__(self):
        self.state = {"a": [1, 2.5, None, True], "b": {1, 2}, "c": frozenset({3})}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_describes_the_same(protocol):
    value = {
        "list": [1, -2, 3.5, 10**30],
        "tuple": (1, (2, 3), ()),
        "text": "é",
        "data": b"x",
        "o": Ordinary(),
    }
    value["again"] = value["list"]
    root = pickles.load(bounded.Bounded(io.BytesIO(pickle.dumps(value, protocol)), 10_000))
    pairs = dict(root.pairs)
    assert (root.kind, list(pairs)) == ("dict", list(value))
    assert pairs["list"].elements == [1, -2, 3.5, 10**30]
    assert pairs["tuple"] == (1, (2, 3), ())
    assert pairs["again"] is pairs["list"]
    assert dict(dict(pairs["o"].state.pairs)["state"].pairs)["a"].elements == [1, 2.5, None, True]


@pytest.mark.parametrize(
    "description",
    [
        b"", b".", b"N", b"t.", b"(t", b"R.", b"NR.", b"0.", b"1.", b"2.", b"s.", b"u.", b"(Nu.",
        b"}(Nu.", b"(NNNd.", b"a.", b"e.", b"b.", b"Nb.", b"o.", b"(o.", b"ios\nsystem\n.", b"\x85.",
        b"\x86.", b"\x87.", b"\x93.", b"N\x93.", b"h\x07.", b"g7\n.", b"j\x07\x00\x00\x00.", b"q\x00.",
        b"\x94.", b"Q.", b"\x81.", b"\x92.", b"\x90.", b"\x91.", b"I" + b"9" * 5000 + b"\n.", b"Ix\n.",
        b"L1\n.", b"Fx\n.", b"S'a\n.", b"Sa\n.", b"X\x05\x00\x00\x00ab.", b"\x8e" + b"\xff" * 8 + b"a.",
        b"\x8e" + b"\xff" * 7 + b"\x7fa.", b"\x8b\xff\xff\xff\xff.", b"\x8b\xff\xff\xff\x7f1.",
        b"T\xff\xff\xff\x7fa.", b"V\\uZZZZ\n.", b"\x8c\x01\xff.", b"\xff.", b"cos\n",
        b"\x95" + b"\xff" * 8 + b".",
    ],
    ids=repr,
)  # fmt: skip
def test_a_damaged_pickle_is_refused(description):
    for file in (archive(description), legacy(description)):
        with pytest.raises(UnreadableFileError):
            read(file)


@pytest.mark.parametrize("filling", [b"NNs", b"(NNu", b"Na", b"(Ne", b"(N\x90", b"Nb"], ids=repr)
def test_what_cannot_be_filled_stays_as_it_is(filling):
    assert pickles.load(bounded.Bounded(io.BytesIO(b"K\x05" + filling + b"."), 100)) == 5


BOMBS = {
    "nested tuples": b")" + b"\x85" * 60_000,
    "nested lists": b"]" * 60_000 + b"a" * 59_999,
    "nested dictionaries": b"}" * 60_000 + b"Ns" * 20_000,
    "tuples as keys": b"}" + b")" + b"\x85" * 60_000 + b"Ns",
    "nested calls": b"cx\ny\n" + b")R" * 60_000,
    "nested states": b"cx\ny\n)R" + b"cx\ny\n)R" * 20_000 + b"b" * 20_000,
    "laughing": b"]q\x00" + b"".join(
        b"](" + b"h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(200)
    ),
    "a loop": b"]q\x00h\x00a",
    "a loop of states": b"cx\ny\n)Rq\x00h\x00b",
    "a large memo": b"Nr\xff\xff\xff\xff",
    "many marks": b"(" * 60_000 + b"t" * 259_999,
    "nested parameters": b"ctorch._utils\n_rebuild_parameter\nq\x00N" + b"\x85h\x00" * 0
    + b"\x85R" + b"".join(b"\x85q\x010h\x00h\x01R" for _ in range(20_000)),
    "a key of many digits": b"}\x8b" + struct.pack("<i", 20_000) + b"\x11" * 20_000 + b"Ns",
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("container", [archive, legacy])
def test_a_bomb_fills_neither_stack_nor_memory_nor_time(bomb, container):
    begun = time.monotonic()
    with pytest.raises(UnreadableFileError):
        read(container(BOMBS[bomb] + b"."))
    assert time.monotonic() - begun < 10


def test_more_instructions_than_any_model_needs_are_refused(monkeypatch):
    monkeypatch.setattr(pickles, "MAX_INSTRUCTIONS", 1000)
    with pytest.raises(UnreadableFileError, match="longer than"):
        read(archive(b"N0" * 1000 + b"N."))


@pytest.mark.parametrize(
    "description", [b"N0" * 1000, b"X\xff\xff\xff\x00" + b"a" * 5000, b"V" + b"a" * 5000]
)
def test_a_longer_description_than_any_model_needs_is_refused(description):
    with pytest.raises(UnreadableFileError, match="larger than"):
        pickles.load(bounded.Bounded(io.BytesIO(description), 1000))


def test_a_file_is_read_no_further_than_the_first_pickles():
    data = (MODELS / "tied-legacy.pth").read_bytes()
    file = io.BytesIO(data)
    source = bounded.Bounded(file, 10_000)
    for _ in range(5):
        pickles.load(source)
    assert file.tell() == len(data) - 3 * 8 - 312 * 4
