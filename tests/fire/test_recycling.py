"""A process that has built many rulesets is replaced by a fresh one, and nobody notices."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.fire.conftest import Start
from tests.fire.service import KEY, Service

MOST = 1
CALLERS = 6
SECONDS = 12.0
BODY = {
    "case": {"ref": "CRM-1"},
    "facts": {"origin": "agency", "in_catalog": False, "need_or_want": "need"},
    "as_of": "2026-11-22",
}


def call(service: Service, until: float) -> Counter[object]:
    """Ask for previews over one kept connection, as a ticketing system does; never try again."""
    seen: Counter[object] = Counter()
    with requests.Session() as connection:
        connection.headers["Authorization"] = f"Bearer {KEY}"
        while time.monotonic() < until:
            try:
                answer = connection.post(
                    f"{service.url}/api/v1/decisions/preview", json=BODY, timeout=30
                )
                seen[answer.status_code] += 1
            except requests.RequestException as error:
                seen[type(error).__name__] += 1
    return seen


@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_is_dropped_while_processes_are_replaced(
    start: Start, sqlite_url: str, workers: int
) -> None:
    """Under load, with a limit that each process is soon beyond, every request is answered."""
    service: Service = start(
        sqlite_url, workers=workers, variables={"TOLLGATE_RULESETS": str(MOST)}
    )
    first = set(service.worker_ids())
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(CALLERS) as pool:
        done = [pool.submit(call, service, until) for _ in range(CALLERS)]
        seen = sum((each.result() for each in done), Counter[object]())
    assert set(seen) == {200}, seen
    assert seen[200] > CALLERS
    log = (service.folder / f"service-{service.port}.log").read_text(encoding="utf-8")
    assert log.count("a fresh process takes over") >= 2
    assert first.isdisjoint(service.worker_ids())


def test_readiness_says_how_far_a_process_is(start: Start, sqlite_url: str) -> None:
    """What it has built, and with how many it is replaced."""
    service: Service = start(sqlite_url, workers=1)
    ready = requests.get(f"{service.url}/readyz", timeout=10).json()
    assert ready["rulesets"]["at_most"] == 400
    assert 0 <= ready["rulesets"]["built"] < 400
