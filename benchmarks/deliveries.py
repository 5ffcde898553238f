"""Deliveries out of the outbox, beside a bare loop of signed POSTs to the same receiver."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from io import StringIO
from itertools import count
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from benchmarks.filled import SECRET, fill
from benchmarks.measuring import Effort
from benchmarks.postgresql import administer, running_postgresql, url_of
from benchmarks.report import Comparison, Findings, compared
from benchmarks.routing_cases import RULES
from model import json_text
from model.administration import Actor, Via
from model.database import Database
from model.deliveries import State, undelivered
from model.dispatching import Parcel, Target
from model.outbox import Event, EventType, announce
from model.settings import Settings
from model.sources import utc_now
from model.subscribing import Made, subscribe
from scheduler.draining import drain
from scheduler.parts import Parts
from scheduler.tick_log import TickLog
from scheduler.webhook import headers, message

MESSAGES = 2_000
"""So many in each turn."""

TARGET = 0.7
_HERE = frozenset({"127.0.0.1"})
_DATA = {"case": {"ref": "CRM-1042", "version": 3}, "decision": "routing", "stage": "analysis"}
_NUMBERS = count(1)


@dataclass(slots=True)
class _Side:
    """One of the two: what it needs before each turn, and the turn."""

    before: Callable[[], None]
    run: Callable[[], None]
    rates: list[float] = field(default_factory=list)

    def take_turn(self) -> None:
        self.before()
        began = perf_counter()
        self.run()
        self.rates.append(MESSAGES / (perf_counter() - began))


def measured(effort: Effort) -> Findings:
    """Return how many messages a second are delivered, on each kind of database."""
    comparisons: list[Comparison] = []
    with tempfile.TemporaryDirectory() as folder, _receiver() as url:
        # PostgreSQL does not run as root, and is to get at its folder in this one.
        Path(folder).chmod(0o755)
        comparisons.append(_compared("SQLite", f"sqlite:///{folder}/tollgate.db", url, effort))
        with running_postgresql(Path(folder)) as sockets:
            if sockets is not None:
                administer(sockets, "CREATE DATABASE deliveries")
                there = url_of(sockets, "deliveries")
                comparisons.append(_compared("PostgreSQL", there, url, effort))
    return Findings(tuple(comparisons))


def _compared(kind: str, database_url: str, url: str, effort: Effort) -> Comparison:
    with closing(Database(database_url)) as database, _line(url) as line:
        fill(database)
        made, parts = _subscribed(database, url), _parts(database, database_url)
        ours = _Side(lambda: _announce(database), lambda: _drain(parts))
        theirs = _Side(lambda: None, lambda: _post(line, made))
        for turn in range(-1, effort.turns):
            for side in (ours, theirs) if turn % 2 else (theirs, ours):
                side.take_turn()
    return compared(
        f"messages delivered, {kind}",
        ours.rates[1:],
        "a bare loop of signed POSTs",
        theirs.rates[1:],
        TARGET,
    )


def _subscribed(database: Database, url: str) -> Made:
    with database.transaction() as session:
        return subscribe(
            session,
            Actor("the benchmarks", Via.COMMAND_LINE),
            "receiver",
            url,
            (EventType.DECISION_MADE,),
            new_id=str(uuid4()),
            secret=SECRET.encode(),
            private_hosts=_HERE,
            now=datetime.now(UTC),
        )


def _parts(database: Database, url: str) -> Parts:
    settings = Settings(url, SECRET.encode(), RULES, private_hosts=_HERE)
    return Parts(database, settings, log=TickLog(StringIO()))


def _announce(database: Database) -> None:
    with database.transaction() as session:
        for _ in range(MESSAGES):
            key, now = f"benchmark/{next(_NUMBERS)}", datetime.now(UTC)
            announce(session, Event(EventType.DECISION_MADE, key, "cases/CRM-1042", _DATA, now))


def _drain(parts: Parts) -> None:
    tried = drain(parts)
    with parts.database.reading() as session:
        left = undelivered(session)[State.WAITING]
    if tried != MESSAGES or left:
        raise RuntimeError(f"{tried} of {MESSAGES} were tried, {left} have not arrived")


def _post(line: HTTPConnection, made: Made) -> None:
    """Do what is left when nothing is kept in SQL: write the message, sign it, post it, look."""
    for number in range(MESSAGES):
        id = str(uuid4())
        data = json_text.dumps(_DATA)
        parcel = Parcel(
            "", number, 1, id, EventType.DECISION_MADE, "cases/CRM-1042", data, utc_now(),
            None, None, Target("", "", ()), None,
        )  # fmt: skip
        body = message(parcel, "http://127.0.0.1:8000")
        line.request("POST", "/", body, headers(id, body, [made.secret], utc_now()))
        response = line.getresponse()
        response.read()
        if response.status != 204:
            raise RuntimeError(f"the receiver answered {response.status}")


@contextmanager
def _line(url: str) -> Iterator[HTTPConnection]:
    host = url.removeprefix("http://").rstrip("/")
    with closing(HTTPConnection(host)) as line:
        line.connect()
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield line


@contextmanager
def _receiver() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command: Sequence[str] = [sys.executable, "-m", "benchmarks.receiver", str(port)]
    process = subprocess.Popen(command)  # noqa: S603
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()


def _await(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the receiver did not start")
