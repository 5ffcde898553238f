"""The log of ticks and deliveries: a line of JSON for what went wrong, never a fact of a case."""

from __future__ import annotations

import sys
import traceback
from typing import TextIO, cast

import structlog

from model.log_stream import LogStream


class TickLog:
    """Writes a line for a tick that failed, and one for a delivery that did."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            structlog.WriteLogger(cast("TextIO", LogStream(stream or sys.stdout))),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
        )

    def put_off(self, tick: str, detail: str) -> None:
        """Write that a tick could not be done now; it comes again."""
        self._log.warning("tick put off", tick=tick, detail=detail)

    def failed(self, tick: str, error: BaseException) -> None:
        """Write where an error came from; its message is left out, since it may hold facts."""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        self._log.error("tick failed", tick=tick, type=type(error).__name__, places=places)

    def undelivered(self, delivery: int, message_id: str, attempts: int, error: str | None) -> None:
        """Write that an attempt to deliver something failed."""
        self._log.warning(
            "not delivered",
            delivery=delivery,
            message_id=message_id,
            attempts=attempts,
            error=error,
        )
