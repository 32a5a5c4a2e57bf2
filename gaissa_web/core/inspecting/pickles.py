"""Pickles as a description of what their writer had, made into inert records; nothing is ever run.

A pickle is a program that may call anything Python can import. Here each of its instructions only
moves records on a stack: a call becomes a note of what would be called with what. There is no way
from a name in a pickle to an object of this process, and no key is hashed, so that neither code
nor deep nesting reaches the interpreter.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting.bounded import Bounded

MAX_INSTRUCTIONS = 2_000_000
"""A tensor takes about forty."""


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A class or function that the pickle names, such as "torch._utils._rebuild_tensor_v2"."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Something that the pickle says is stored elsewhere, such as a tensor's data."""

    identity: Any


@dataclass(slots=True, eq=False)
class Made:
    """What the pickle would make: by `kind` (a name, or a Python type), from `arguments`, filled later."""

    kind: str
    arguments: tuple[Any, ...] = ()
    pairs: list[tuple[Any, Any]] = field(default_factory=list)
    elements: list[Any] = field(default_factory=list)
    state: Any = None


def load(source: Bounded) -> Any:
    """Return what the next pickle in `source` describes.

    Raises:
        UnreadableFileError: It is no pickle, a damaged one, or longer than any model needs.
    """
    machine = _Machine()
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(source)):  # type: ignore[arg-type]
            if count >= MAX_INSTRUCTIONS:
                raise UnreadableFileError("The description of its tensors is longer than any model needs.")
            machine.do(opcode.name, argument)
        return machine.stack[-1]
    except UnreadableFileError:
        raise
    except (ValueError, LookupError, OverflowError) as error:
        raise UnreadableFileError("The description of its tensors (a pickle) is damaged.") from error


class _Machine:
    """The stack and the memo of a pickle; instructions are named as in `pickletools`.

    Raises:
        LookupError: By all of its methods, if the stack or the memo has not what is asked for.
    """

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def do(self, instruction: str, argument: Any) -> None:
        if instruction in _PUSHED:
            self.stack.append(argument)
        elif instruction in _CONSTANTS:
            self.stack.append(_CONSTANTS[instruction])
        elif instruction in _EMPTY:
            self.stack.append(Made(_EMPTY[instruction]))
        elif instruction not in _NOTHING:
            _DONE[instruction](self, argument)

    def pop_to_mark(self) -> list[Any]:
        """Remove and return what lies above the topmost mark, and remove the mark."""
        position = len(self.stack) - 1
        while position >= 0 and self.stack[position] is not _MARK:
            position -= 1
        if position < 0:
            raise LookupError
        above = self.stack[position + 1 :]
        del self.stack[position:]
        return above

    def take(self, count: int) -> tuple[Any, ...]:
        """Remove and return the topmost records, the lowest first."""
        if len(self.stack) < count:
            raise LookupError
        taken = tuple(self.stack[-count:])
        del self.stack[-count:]
        return taken

    def call(self, maker: Any, arguments: Any) -> None:
        """Note that `maker` would be called; only a name tells what that would make."""
        kind = maker.path if isinstance(maker, Name) else ""
        self.stack.append(Made(kind, arguments if isinstance(arguments, tuple) else ()))

    def call_marked(self, maker: Any = None) -> None:
        """Call with what lies above the mark; without a `maker` that is the lowest of it."""
        above = self.pop_to_mark()
        maker = maker or above.pop(0)
        self.call(maker, tuple(above))

    def name(self, module: Any, name: Any) -> None:
        known = isinstance(module, str) and isinstance(name, str)
        self.stack.append(Name(f"{module}.{name}" if known else ""))

    def add_pairs(self, flat: list[Any]) -> None:
        top = self.stack[-1]
        if isinstance(top, Made):
            top.pairs += zip(flat[::2], flat[1::2], strict=True)

    def add_elements(self, elements: list[Any]) -> None:
        top = self.stack[-1]
        if isinstance(top, Made):
            top.elements += elements

    def set_state(self) -> None:
        top, state = self.take(2)
        if isinstance(top, Made):
            top.state = state
        self.stack.append(top)

    def dictionary(self) -> None:
        flat = self.pop_to_mark()
        self.stack.append(Made("dict"))
        self.add_pairs(flat)

    def sequence(self, kind: str) -> None:
        self.stack.append(Made(kind, elements=self.pop_to_mark()))

    def store(self, key: int) -> None:
        self.memo[key] = self.stack[-1]


_MARK = Name("mark")
_PUSHED = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
})  # fmt: skip
_CONSTANTS: dict[str, Any] = {
    "NONE": None,
    "NEWTRUE": True,
    "NEWFALSE": False,
    "EMPTY_TUPLE": (),
    "MARK": _MARK,
    "NEXT_BUFFER": Name("buffer"),
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), Name("extension")),
}
_EMPTY = {"EMPTY_LIST": "list", "EMPTY_DICT": "dict", "EMPTY_SET": "set"}
_NOTHING = frozenset({"PROTO", "FRAME", "STOP", "READONLY_BUFFER"})
_DONE: dict[str, Callable[[_Machine, Any], None]] = {
    "POP": lambda m, _: m.stack.pop(),
    "POP_MARK": lambda m, _: m.pop_to_mark().clear(),
    "DUP": lambda m, _: m.stack.append(m.stack[-1]),
    "TUPLE": lambda m, _: m.stack.append(tuple(m.pop_to_mark())),
    "TUPLE1": lambda m, _: m.stack.append(m.take(1)),
    "TUPLE2": lambda m, _: m.stack.append(m.take(2)),
    "TUPLE3": lambda m, _: m.stack.append(m.take(3)),
    "LIST": lambda m, _: m.sequence("list"),
    "FROZENSET": lambda m, _: m.sequence("frozenset"),
    "DICT": lambda m, _: m.dictionary(),
    "APPEND": lambda m, _: m.add_elements(list(m.take(1))),
    "APPENDS": lambda m, _: m.add_elements(m.pop_to_mark()),
    "ADDITEMS": lambda m, _: m.add_elements(m.pop_to_mark()),
    "SETITEM": lambda m, _: m.add_pairs(list(m.take(2))),
    "SETITEMS": lambda m, _: m.add_pairs(m.pop_to_mark()),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), lambda m, key: m.store(key)),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda m, key: m.stack.append(m.memo[key])),
    "MEMOIZE": lambda m, _: m.store(len(m.memo)),
    "GLOBAL": lambda m, name: m.name(*name.split(" ", 1)),
    "STACK_GLOBAL": lambda m, _: m.name(*m.take(2)),
    "REDUCE": lambda m, _: m.call(*m.take(2)),
    "NEWOBJ": lambda m, _: m.call(*m.take(2)),
    "NEWOBJ_EX": lambda m, _: m.call(*m.take(3)[:2]),
    "INST": lambda m, name: m.call_marked(Name(name.replace(" ", ".", 1))),
    "OBJ": lambda m, _: m.call_marked(),
    "BUILD": lambda m, _: m.set_state(),
    "PERSID": lambda m, identity: m.stack.append(Reference(identity)),
    "BINPERSID": lambda m, _: m.stack.append(Reference(*m.take(1))),
}
