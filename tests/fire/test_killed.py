"""Processes are killed under load: what was acknowledged is there, once, word for word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fire.callers import Callers, strike
from tests.fire.conftest import Start
from tests.fire.postgresql import Server
from tests.fire.stored import assert_each_once

SHORT, LONG = 600, 10_000
CASES = 40
SECONDS = {SHORT: 120.0, LONG: 1800.0}
ROUNDS_OF_BLOWS = {SHORT: 1, LONG: 5}

Blows = Sequence[Callable[[], None]]


def requests(total: int) -> Iterator[tuple[str, object]]:
    """Yield requests with their keys: facts that come and go, of cases taken in turn."""
    for number in range(total):
        case = {"ref": f"CRM-{number % CASES}", "by": f"writer {number}"}
        facts = {"in_catalog": (False, None)[number // CASES % 2], "note_1": f"{number}"}
        yield f"key-{number}", {"case": case, "facts": facts}


def decide_under_fire(urls: Sequence[str], total: int, blows: Blows) -> Callers:
    """Have `total` decisions made while the blows are dealt; return who was told what."""
    callers = Callers(urls, SECONDS[total])
    with ThreadPoolExecutor(1) as other:
        dealt = strike(callers, total, blows, other)
        callers.have_decided(requests(total))
        dealt()
    assert len(callers.acknowledged) == total
    assert callers.statuses[0], "no caller has noticed anything"
    return callers


@pytest.mark.parametrize("total", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def test_sqlite_loses_nothing_acknowledged(start: Start, sqlite_url: str, total: int) -> None:
    """With workers and gunicorn itself killed, each acknowledged decision is there, once."""
    service = start(sqlite_url)
    blows = [service.kill_a_worker, service.kill_parent, service.kill_a_worker]
    told = decide_under_fire([service.url], total, blows * ROUNDS_OF_BLOWS[total])
    assert_each_once(sqlite_url, told.acknowledged)


@pytest.mark.parametrize("total", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def test_postgresql_loses_nothing_acknowledged(
    server: Server, start: Start, postgresql_name: str, total: int
) -> None:
    """With the database's processes killed too, each acknowledged decision is there, once."""
    url = server.url_of(postgresql_name)
    one, other = start(url), start(url)
    blows = [
        one.kill_a_worker,
        lambda: server.kill_a_backend(postgresql_name),
        other.kill_parent,
        server.kill,
    ]
    told = decide_under_fire([one.url, other.url], total, blows * ROUNDS_OF_BLOWS[total])
    assert_each_once(url, told.acknowledged)
