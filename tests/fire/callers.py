"""Callers who try again under the same Idempotency-Key until they are answered."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock, get_ident
from typing import Any
from urllib.parse import urlsplit

from tests.fire.service import KEY

TRY_AGAIN = (409, 503)
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers, the exact text, and how long it took."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float

    @property
    def body(self) -> Any:
        """The JSON in it."""
        return json.loads(self.text)


def ask(
    url: str, method: str, path: str, body: object = None, *, timeout: float = 30, **headers: str
) -> Answer:
    """Send one request and return what came back, an error's answer too.

    Raises:
        OSError, HTTPException: nothing came back.
    """
    began = time.monotonic()
    connection = HTTPConnection(urlsplit(url).netloc, timeout=timeout)
    try:
        sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, sent | named)
        response = connection.getresponse()
        text = response.read().decode()
        seconds = time.monotonic() - began
        return Answer(response.status, dict(response.getheaders()), text, seconds)
    finally:
        connection.close()


def decide(url: str, body: object, key: str, timeout: float = 30) -> Answer:
    """Ask for a decision once."""
    path = "/api/v1/decisions"
    return ask(url, "POST", path, body, timeout=timeout, Idempotency_Key=key)


@dataclass(slots=True)
class Callers:
    """Threads that have many decisions made, by whichever of the services answers."""

    urls: Sequence[str]
    seconds: float
    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    over: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def have_decided(
        self, requests: Iterable[tuple[str, object]], threads: int = 8
    ) -> Mapping[str, str]:
        """Have every request, by its key, decided; return each key's exact answer."""
        until = time.monotonic() + self.seconds
        with ThreadPoolExecutor(threads) as pool:
            done = [pool.submit(self._insist, key, body, until) for key, body in requests]
            try:
                for each in done:
                    each.result()
            finally:
                self.over.set()
        return self.acknowledged

    def _insist(self, key: str, body: object, until: float) -> None:
        for url in itertools.islice(itertools.cycle(self.urls), get_ident() % 7, None):
            in_time = time.monotonic() < until and not self.over.is_set()
            assert in_time, f"{key} is not answered: {self.statuses}"
            try:
                answer = decide(url, body, key, timeout=15)
            except (OSError, HTTPException):
                self._count(0)
                time.sleep(PAUSE)
                continue
            self._count(answer.status)
            if answer.status == 201:
                with self._lock:
                    assert self.acknowledged.setdefault(key, answer.text) == answer.text
                return
            assert answer.status in TRY_AGAIN, (answer.status, answer.text)
            assert int(answer.headers["Retry-After"]) > 0
            time.sleep(PAUSE)

    def _count(self, status: int) -> None:
        with self._lock:
            self.statuses[status] += 1


def strike(
    callers: Callers, total: int, blows: Sequence[Callable[[], None]], pool: ThreadPoolExecutor
) -> Callable[[], None]:
    """Deal the blows one by one as the work goes on; return what waits for the last of them.

    The first comes soon after the start and the last well before the end.
    """
    until = time.monotonic() + callers.seconds

    def deal() -> None:
        for number, blow in enumerate(blows, start=1):
            due = total * number // (len(blows) + 1)
            while len(callers.acknowledged) < due:
                in_time = time.monotonic() < until and not callers.over.is_set()
                assert in_time, "the work came to a halt"
                time.sleep(0.005)
            try:
                blow()
            except BaseException:
                # What was struck does not come back: nobody needs to wait for it.
                callers.over.set()
                raise

    dealt = pool.submit(deal)
    return dealt.result
