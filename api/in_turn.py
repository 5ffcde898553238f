"""Requests in turn: where their work is done in this process, one begins as the other ends.

CPython runs one thread at a time, and a database's driver lets the others in several times a
request, SQLite's some dozens of times. Of eight that are ready another takes over each time, from
core to core, and that can take as long as all that is to be done. So a request waits for the one
before it, if that is short.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from threading import Lock
from time import monotonic
from typing import Any

from flask import Flask

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

PATIENCE = 0.02
"""Seconds: a request that has been at it for so long waits for something, and nobody for it."""

LONGEST = 0.5
"""Seconds that a request waits at most, whoever else is faster each time."""


def take_turns(app: Flask, paths: Collection[str] | None = None) -> None:
    """Have the requests to `app`, or those for some paths, taken in turn."""
    in_turn = InTurn(app.wsgi_app, paths)
    app.wsgi_app = in_turn  # type: ignore[method-assign]  # as Flask tells one to do


class InTurn:
    """A WSGI application that is called again once the call before has returned, or takes long.

    `paths`: for which it is, if not for all. `patience`: how many seconds are long. `longest`:
    for how many a call waits at most, whoever goes before it.
    """

    def __init__(
        self,
        application: Application,
        paths: Collection[str] | None = None,
        patience: float = PATIENCE,
        longest: float = LONGEST,
    ) -> None:
        self._application = application
        self._longest = longest
        self._paths = paths
        self._patience = patience
        self._turn = Lock()
        self._began = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Call the application, in turn."""
        if self._paths is not None and environ.get("PATH_INFO") not in self._paths:
            return self._application(environ, start_response)
        until = monotonic() + self._longest
        while not self._turn.acquire(timeout=self._left(until)):
            if not self._left(until):
                return self._application(environ, start_response)
        self._began = monotonic()
        try:
            return self._application(environ, start_response)
        finally:
            self._turn.release()

    def _left(self, until: float) -> float:
        """Return for how many seconds the one whose turn it is may be waited for."""
        return max(0.0, min(self._began + self._patience, until) - monotonic())
