"""Letting a few do something at a time: others wait a little, and the rest are sent away.

Without it, whoever asks for the same costly thing many times at once would have every thread.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gaissa_web.core.errors import BusyError


class Turns:
    """Turns of one kind in this process: so many `at_once`, and so many `waiting`, for `max_wait_s` at most.

    `busy` is the sentence for those who are sent away.
    """

    def __init__(self, at_once: int, waiting: int, max_wait_s: float, busy: str) -> None:
        self.room = at_once + waiting
        self.max_wait_s = max_wait_s
        self.busy = busy
        self._inside = threading.BoundedSemaphore(self.room)
        self._turns = threading.BoundedSemaphore(at_once)

    def take(self) -> None:
        """Wait for a turn; whoever has one gives it back with `give`.

        Raises:
            BusyError: Too many wait, or it took too long.
        """
        if not self._inside.acquire(blocking=False):
            raise BusyError(self.busy)
        if not self._turns.acquire(timeout=self.max_wait_s):
            self._inside.release()
            raise BusyError(self.busy)

    def give(self) -> None:
        """Give a turn back."""
        self._turns.release()
        self._inside.release()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Have a turn for as long as the block takes.

        Raises:
            BusyError: As `take` does.
        """
        self.take()
        try:
            yield
        finally:
            self.give()
