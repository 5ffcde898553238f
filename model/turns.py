"""Turns: the threads of a process write to one SQLite file in the order in which they came.

SQLite itself lets whoever asks next at the right moment write next; under load, some would
never be the one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from rules.errors import DatabaseAway


class Turns:
    """A queue with one place at its head."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._busy = False
        self._waiting: deque[Event] = deque()

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Wait up to `patience` seconds for one's turn, and hold it meanwhile.

        Raises:
            DatabaseAway: it did not come in time.
        """
        if not self._come(patience):
            raise DatabaseAway("the database has too much to write: try again shortly")
        try:
            yield
        finally:
            self._leave()

    def _come(self, patience: float) -> bool:
        with self._lock:
            if not self._busy:
                self._busy = True
                return True
            called = Event()
            self._waiting.append(called)
        if called.wait(patience):
            return True
        with self._lock:
            # It may have been called between the end of the wait and here.
            if not called.is_set():
                self._waiting.remove(called)
            return called.is_set()

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False
