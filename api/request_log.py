"""The log of requests: one line of JSON each, and never a fact of a case."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import TextIO, cast

import structlog

from api.asking import Asking, asking
from model.log_stream import LogStream

# Made once: `json.dumps` makes one for every line.
_encode = json.JSONEncoder(default=repr).encode


def _written(line: Mapping[str, object], **_: object) -> str:
    return _encode(line)


class RequestLog:
    """Writes one line a request, and one for an error that nobody foresaw."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            structlog.WriteLogger(cast("TextIO", LogStream(stream or sys.stdout))),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(_written),
            ],
        ).bind()  # once, or every line would

    def answered(
        self, at: Asking, method: str, route: str, status: int, seconds: float, key: str
    ) -> None:
        """Write who asked for what, and how it went."""
        self._log.info(
            "request",
            request_id=at.id,
            key=key,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            **({"problem": at.problem} if at.problem else {}),
        )

    def unexpected(self, error: BaseException) -> None:
        """Write where an error came from; its message is left out, since it may hold facts."""
        self._log.error("unexpected error", request_id=asking().id, errors=list(_told(error)))


def _told(error: BaseException | None) -> Iterator[dict[str, object]]:
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        yield {"type": type(error).__name__, "places": places}
        error = error.__cause__ or error.__context__
