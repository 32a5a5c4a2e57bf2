"""Functions of core called in a process of their own, which may take only so much memory and time.

What strangers send is read there: whatever a file does to its reader, it does to a process that is
used once. A launcher, started when it is first needed or before (`prepare`), forks that process
within milliseconds; it gets none of our settings, and the kernel holds its limits.
"""

import atexit
import gc
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import Any, ParamSpec, TypeVar

from gaissa_web.adapters.turns import Turns
from gaissa_web.config import PROJECT
from gaissa_web.core.errors import InvalidInputError, TooMuchError

MAX_MEMORY = 256_000_000
"""Bytes of address space, the interpreter's own included."""
MAX_CPU_S = 5
MAX_WALL_S = 10
MAX_RESULT = 32_000_000
"""Bytes of a result."""
TURNS = Turns(2, 4, 5.0, "Many files are being read just now. Please send yours again in a minute.")
"""Calls at a time: more would only take each other's time."""

PRELOADED = ("gaissa_web.core.importing.files", "gaissa_web.core.carbon")
"""Modules that every call finds loaded."""
SHARED_SETTINGS = ("PATH", "LANG", "LC_ALL", "PYTHONPATH")
CORE = "gaissa_web.core."
BEGUN = b"."
SIZE_BYTES = 8
TOO_MUCH = (
    "This takes more memory or time to read than one upload gets "
    f"({MAX_MEMORY // 1_000_000} MB, {MAX_CPU_S} s). Please send fewer or smaller files."
)

P = ParamSpec("P")
T = TypeVar("T")
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def call(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Return what a function of core returns, or raise the `InvalidInputError` that it raises.

    Arguments and result are copied; the result consists of plain values and core's own types.

    Raises:
        TooMuchError: It took more memory or time than it may, or its result is too large.
        BusyError: Too many others are at it.
    """
    with TURNS.one():
        for _attempt in range(2):
            answer = _ask((function, arguments, named))
            if answer.startswith(BEGUN):
                result: T = _result(answer.removeprefix(BEGUN))
                return result
    raise RuntimeError("no process for reading could be started")


def prepare() -> None:
    """Start the launcher, so that no call waits for it; processes that are forked from this one share it."""
    _launcher.start()


def _ask(request: Call) -> bytes:
    """Return what a new process answers: nothing if it never began, `BEGUN` alone if it was ended."""
    with _launcher.fork() as connection:
        connection.settimeout(MAX_WALL_S + 2)
        # If it has ended while it was still being told what to do, what it has said counts.
        with suppress(OSError):
            with connection.makefile("wb") as stream:
                pickle.dump(request, stream, pickle.HIGHEST_PROTOCOL)
            connection.shutdown(socket.SHUT_WR)
        with suppress(OSError), connection.makefile("rb") as stream:
            return stream.read(MAX_RESULT + 1)
    return b""


def _result(answer: bytes) -> Any:
    size, content = int.from_bytes(answer[:SIZE_BYTES]), answer[SIZE_BYTES:]
    if not content or size != len(content):  # it was ended before, or while, it answered
        raise TooMuchError(TOO_MUCH)
    outcome, value = _PlainUnpickler(BytesIO(content)).load()
    if outcome == "refused":
        raise value
    if outcome == "failed":
        raise RuntimeError(f"reading failed in its own process:\n{value}")
    return value


class _PlainUnpickler(pickle.Unpickler):
    """Takes core's types and nothing else from a process that a file may have taken over."""

    def find_class(self, module: str, name: str) -> Any:
        kind = getattr(sys.modules.get(module), name, None) if module.startswith(CORE) else None
        if not isinstance(kind, type) or kind.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is no type of core’s")
        return kind


class _Launcher:
    """The process that forks the others; started when it is needed, and again if it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self) -> socket.socket:
        """Return the connection to a new process."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            try:
                self._send(theirs)
            except OSError:
                self.close()
                self._send(theirs)
        return ours

    def start(self) -> None:
        """Start the launcher, unless there is one."""
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "gaissa_web.adapters.confined"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    cwd=PROJECT,
                    env={name: os.environ[name] for name in SHARED_SETTINGS if name in os.environ},
                )

    def close(self) -> None:
        """End the launcher, if it has not ended by itself."""
        if self._control:
            self._control.close()
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
        self._control = self._process = None

    def _send(self, connection: socket.socket) -> None:
        self.start()
        if self._control:
            socket.send_fds(self._control, [b"."], [connection.fileno()])


def _launch() -> None:
    """Fork a process for each connection that comes in, until there is nobody to send any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for module in PRELOADED:
        import_module(module)
    gc.freeze()
    control = socket.socket(fileno=sys.stdin.fileno())
    while True:
        _, [*descriptors], *_ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        with socket.socket(fileno=descriptors[0]) as connection:
            if os.fork() == 0:
                _answer(connection)
                os._exit(0)


def _answer(connection: socket.socket) -> None:
    """Do what the connection asks for, within the limits, and answer it."""
    _confine()
    connection.sendall(BEGUN)
    with connection.makefile("rb") as stream, connection.makefile("wb") as answer:
        try:
            function, arguments, named = pickle.load(stream)  # noqa: S301  from the process that started us
            outcome = "returned", function(*arguments, **named)
        except InvalidInputError as error:
            outcome = "refused", error
        except MemoryError:
            outcome = "refused", TooMuchError(TOO_MUCH)
        except Exception:
            outcome = "failed", traceback.format_exc()
        content = pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
        answer.write(len(content).to_bytes(SIZE_BYTES) + content)


def _confine() -> None:
    """Set the limits of this process; it writes no files, and nothing to our log."""
    os.nice(NICENESS)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    signal.alarm(MAX_WALL_S)


NICENESS = 10
"""Reading gives way to answering."""
LIMITS = {
    resource.RLIMIT_AS: MAX_MEMORY,
    resource.RLIMIT_CPU: MAX_CPU_S,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
}
_launcher = _Launcher()
atexit.register(_launcher.close)

if __name__ == "__main__":
    _launch()
