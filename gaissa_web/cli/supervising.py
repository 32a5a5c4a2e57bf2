"""Keeping processes running: one that ends is begun again, until all are told to end."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

logger = logging.getLogger(__name__)
PAUSE_S = 1.0
"""How long a process that ended stays away: one that cannot begin must not take all our time."""
PATIENCE_S = 30.0
"""How long processes may take to end before they are killed."""

Role = Callable[[], None]


def keep_running(roles: Sequence[Role]) -> None:
    """Do each role in a forked process of its own; return when told to end and all have.

    A role is told by SIGTERM. It also ends when this process is gone.
    """
    running: dict[int, Role] = {}
    told: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
        for process in running:
            os.kill(process, signal.SIGTERM)

    def kill(_number: int, _frame: FrameType | None) -> None:
        for process in running:
            os.kill(process, signal.SIGKILL)

    for role in roles:
        running[_begin(role)] = role
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, tell)
    signal.signal(signal.SIGALRM, kill)
    while running:
        process, status = os.wait()
        ended = running.pop(process, None)  # None: what forks the readers of files
        if ended is None or told:
            continue
        logger.warning("process %d ended (%s); another one begins", process, _how(status))
        time.sleep(PAUSE_S)
        if not told:
            running[_begin(ended)] = ended


def _begin(role: Role) -> int:
    """Fork a process that does the role, and return its number."""
    parent = os.getpid()
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGHUP):  # a terminal tells all; we wait to be told once
            signal.signal(number, signal.SIG_IGN)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        role()
        status = 0
    except Exception:
        logger.exception("process %d failed", os.getpid())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _end_with(parent: int) -> None:
    """End this process when its parent has ended."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
