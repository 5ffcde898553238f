"""On SQLite short requests are taken in turn, and a long one holds up nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from time import sleep
from typing import Any

import pytest

from api.decisions import PREVIEW
from api.in_turn import InTurn
from app import create_app
from model.settings import Settings
from tests.api.calling import SECRET
from tests.api.conftest import RULES

LONG = 10.0


@dataclass
class Application:
    """A WSGI application that counts how many calls of it there are at once."""

    at_once: int = 0
    most: int = 0
    answers: Callable[[str], bytes] = str.encode
    lock: Lock = field(default_factory=Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer with the path."""
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            return [self.answers(environ["PATH_INFO"])]
        finally:
            with self.lock:
                self.at_once -= 1


def called(application: InTurn, path: str) -> bytes:
    """Return what is answered under a path."""
    return b"".join(application({"PATH_INFO": path}, None))


def lasting(seconds: float) -> Callable[[str], bytes]:
    """Return what answers with the path, after a while."""

    def answer(path: str) -> bytes:
        sleep(seconds)
        return path.encode()

    return answer


def test_short_requests_are_taken_one_after_another() -> None:
    """Whoever calls at once; each is answered as it would be by itself."""
    counted = Application()
    application = InTurn(counted, patience=LONG)
    paths = [str(number) for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda path: called(application, path), paths))
    assert answers == [path.encode() for path in paths]
    assert counted.most == 1


def test_a_row_of_short_requests_is_waited_for_as_long_as_each_is_short() -> None:
    """Not only until the one that went before has had its time: then all would begin at once."""
    counted = Application(answers=lasting(0.02))
    application = InTurn(counted, patience=0.1, longest=LONG)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda path: called(application, path), "abcdefghijkl"))
    assert counted.most == 1


def test_nobody_waits_for_ever_while_others_are_faster() -> None:
    """Whoever has waited for the longest goes, though each of the others is short."""
    counted = Application(answers=lasting(0.01))
    application = InTurn(counted, patience=LONG, longest=0.05)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda path: called(application, path), "abcdefghijklmnop"))
    assert counted.most > 1


def test_a_long_request_holds_up_nobody() -> None:
    """Others are answered while it waits, and are in turn again once it is over."""
    begun, ended = Event(), Event()

    def answer(path: str) -> bytes:
        if path == "long":
            begun.set()
            assert ended.wait(LONG)
        return path.encode()

    counted = Application(answers=answer)
    application = InTurn(counted)
    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(called, application, "long")
        assert begun.wait(LONG)
        assert [called(application, "short") for _ in range(20)] == [b"short"] * 20
        assert not long.done()
        assert counted.most == 2
        ended.set()
        assert long.result(LONG) == b"long"
    counted.most = 0
    assert called(application, "short") == b"short"
    assert counted.most == 1


def test_a_request_that_fails_passes_its_turn_on() -> None:
    """Else whoever comes next would wait for it in vain."""

    def answer(path: str) -> bytes:
        if path == "fails":
            raise LookupError(path)
        return path.encode()

    counted = Application(answers=answer)
    application = InTurn(counted, patience=LONG)
    with pytest.raises(LookupError):
        called(application, "fails")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda path: called(application, path), "abcdefgh"))
    assert counted.most == 1


HERE = "postgresql:///tollgate?host=/var/run/postgresql"
THERE = "postgresql://nobody@nowhere/at-all"


@pytest.mark.parametrize(
    ("url", "path", "in_turn"),
    [
        ("sqlite:////nowhere/at/all.db", "/api/v1/policies", True),
        (HERE, PREVIEW, True),
        (HERE, "/api/v1/decisions", False),
        (THERE, PREVIEW, False),
    ],
)
def test_what_a_server_works_on_is_asked_side_by_side(url: str, path: str, in_turn: bool) -> None:
    """SQLite's work is done in this process, and so is a preview's beside its one short look."""
    app = create_app(Settings(url, SECRET, RULES))
    counted = Application(answers=lasting(0.002))
    application = app.wsgi_app
    if isinstance(application, InTurn):
        application._application, application._patience = counted, LONG
    else:
        application = counted
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: b"".join(application({"PATH_INFO": path}, None)), range(40)))
    assert (counted.most == 1) is in_turn
