"""Where logs go: what cannot be written, on a full disk say, is lost, and nothing else with it."""

from __future__ import annotations

from contextlib import suppress
from typing import TextIO


class LogStream:
    """A stream that never fails: to answer and to deliver matter more than to tell of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write some text, if that can be."""
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Pass on what was written, if that can be."""
        with suppress(OSError):
            self._stream.flush()
