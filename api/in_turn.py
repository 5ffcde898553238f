"""Requests in turn: on SQLite, which works within this process, one begins as the other ends.

CPython runs one thread at a time, and SQLite's driver lets the others in some dozens of times a
request. Of eight that are ready another takes over each time, from core to core, and that can take
as long as all that is to be done. So a request waits for the one before it, if that is short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from time import monotonic
from typing import Any

from flask import Flask

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

PATIENCE = 0.02
"""Seconds: a request that has been at it for so long waits for something, and nobody for it."""


def take_turns(app: Flask) -> None:
    """Have the requests to `app` taken in turn."""
    app.wsgi_app = InTurn(app.wsgi_app)  # type: ignore[method-assign]  # as Flask tells one to do


class InTurn:
    """A WSGI application that is called again once the call before has returned, or takes long.

    `patience`: how many seconds are long.
    """

    def __init__(self, application: Application, patience: float = PATIENCE) -> None:
        self._application = application
        self._patience = patience
        self._turn = Lock()
        self._began = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Call the application, in turn."""
        left = self._began + self._patience - monotonic()
        if not self._turn.acquire(timeout=max(0.0, left)):
            return self._application(environ, start_response)
        self._began = monotonic()
        try:
            return self._application(environ, start_response)
        finally:
            self._turn.release()
