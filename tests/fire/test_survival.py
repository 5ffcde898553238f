"""Survival: everything that can go wrong goes wrong at once, and nothing is lost or told as two.

Processes are killed at random, the database is away, receivers fail, lie, dawdle and hang, and the
clock jumps by hours and days and over both changes of summer time.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as wall_time
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from model.database import PATIENCE, Database
from model.sources import utc_now
from tests.fire.callers import Callers
from tests.fire.disk import mounted
from tests.fire.dispatching import subscribed
from tests.fire.mailing import Mailing
from tests.fire.postgresql import Server
from tests.fire.reminding_people import (
    Subject,
    have_no_quiet_hours,
    held,
    people_to_be_told,
    recorded,
    set_up_reviews,
    to_be_told,
)
from tests.fire.set_clock import DAY, HOUR, SetClock, at, changes
from tests.fire.stage import Stage
from tests.fire.stored import assert_kept
from tests.fire.test_sqlite_in_need import locked
from tests.fire.trouble import Blow, Trouble
from tests.scheduler.receiving import Receiving

ZONE = ZoneInfo("Europe/Vienna")
SEED = "SURVIVAL_SEED"
LATE_EVENING = wall_time(23, 30)
CASES = 40
TAKEN = ("fine", "late", "boasting")


@dataclass(frozen=True, slots=True)
class Play:
    """How much is played: reviews, the days around each change of the clocks, decisions a second.

    `reminders`: how many reminders to people that comes to, at least.
    """

    reminders: int
    reviews: int
    around: tuple[int, ...]
    decisions: int
    longest_pause: float
    patience: float


SHORT = Play(200, 45, (0,), 5, 3.0, 60.0)
LONG = Play(10_000, 717, (-30, -7, 0, 7, 14), 20, 6.0, 900.0)
PLAYS = [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]


@pytest.fixture
def chance() -> Random:
    """What happens when; the seed is told with whatever fails, and given again by a variable."""
    seed = os.environ.get(SEED) or str(time.time_ns())
    sys.stdout.write(f"{SEED}={seed}\n")
    return Random(seed)  # noqa: S311  # no secret


def staged(url: str, folder: Path, chance: Random, patience: float) -> Stage:
    """Return a stage on which nothing runs yet."""
    receiver, mailing = Receiving(folder / "received.jsonl"), Mailing(folder / "letters.jsonl")
    clock = SetClock(folder / "ahead", ZONE)
    # Nothing is due yet; the reviews that policies bring along fall a year after this.
    clock.set(at(changes(ZONE, utc_now().year + 1)[0] - 60 * DAY, LATE_EVENING, ZONE))
    database = Database(url)
    # Before anything runs that would set up the reviews of other rules.
    have_no_quiet_hours(database, clock.now())
    return Stage(url, folder, clock, receiver, mailing, database, chance, patience)


@contextmanager
def running(stage: Stage) -> Iterator[None]:
    """Have the receivers running, and nothing any more in the end."""
    with closing(stage.database):
        try:
            stage.receiver.start()
            stage.mailing.start()
            yield
        finally:
            stage.stop()


def survive(stage: Stage, play: Play, blows: Mapping[str, Blow]) -> None:
    """Play it all under trouble, and see what is left."""
    began = time.monotonic()
    spring, autumn = changes(ZONE, utc_now().year + 1)
    subjects = set_up_reviews(
        stage.database, play.reviews, (spring, autumn), stage.clock.now(), stage.chance
    )
    subscribed(stage.database, stage.receiver.url("wild"))
    callers, over = Callers(stage.urls, 10 * play.patience), Event()
    trouble = Trouble(blows, stage.chance, play.longest_pause)
    stage.require_going = trouble.require_going
    with ThreadPoolExecutor(1) as other:
        deciding = other.submit(callers.have_decided, requests(play, over))
        try:
            with trouble:
                days = [visited(stage, spring, play)]
                stage.hold(subjects)
                days.append(visited(stage, autumn, play))
        finally:
            over.set()
        deciding.result()
    stage.await_delivered()
    steps = [to_be_told(each, n, days[n]) for each in subjects for n in (0, 1)]
    doubles = assert_all_told(stage, subjects, set().union(*steps), play)
    assert stage.faults() == []
    assert_kept(stage.url, callers.acknowledged)
    assert held(stage.database) == {(each.id, 0): 1 for each in subjects}
    sys.stdout.write(
        f"{time.monotonic() - began:.0f} seconds, {stage.clock.jumps} jumps, {dict(trouble.dealt)},"
        f" {len(callers.acknowledged)} decisions, answers {dict(callers.statuses)},"
        f" {doubles}; given up and replayed {stage.replayed} times\n"
    )


def visited(stage: Stage, change: date, play: Play) -> list[date]:
    """Let days around a change of the clocks come, by jumps; return those on which it was told."""
    stage.days.clear()
    for days in play.around:
        stage.jump_to(at(change + timedelta(days=days - 1), LATE_EVENING, ZONE))
        # Over midnight, over the change at night, and back once.
        for by in (HOUR, HOUR, HOUR, -HOUR, HOUR, HOUR, DAY):
            stage.jump(by)
        stage.await_delivered()
    return list(stage.days)


def requests(play: Play, over: Event) -> Iterator[tuple[str, object]]:
    """Yield requests with their keys, so many a second, until it is over."""
    number = 0
    while not over.wait(1 / play.decisions):
        case = {"ref": f"CRM-{number % CASES}", "by": f"writer {number}"}
        facts = {"in_catalog": (False, None)[number // CASES % 2], "note_1": f"{number}"}
        yield f"key-{number}", {"case": case, "facts": facts}
        number += 1


def assert_all_told(
    stage: Stage, subjects: list[Subject], steps: set[tuple[str, int, int]], play: Play
) -> str:
    """Each reminder is recorded once and has arrived; nothing came under two ids.

    Return how many came, and how many of them more than once.
    """
    expected = set(people_to_be_told(steps))
    assert len(expected) >= play.reminders
    assert recorded(stage.database, subjects) == dict.fromkeys(expected, 1)
    letters = stage.mailing.letters
    ids: dict[tuple[str, ...], set[str]] = {}
    for letter in letters:
        (to,) = letter["to"]
        ids.setdefault((to, letter["subject"], letter["text"]), set()).add(letter["id"])
    assert {len(each) for each in ids.values()} == {1}
    assert len({id for each in ids.values() for id in each}) == len(ids) == len(expected)
    hooks = [each for each in stage.receiver.told if each["way"] in TAKEN]
    told: dict[str, set[str]] = {}
    for hook in stage.receiver.told:
        event = json.loads(hook["body"])
        if event["type"] == "review.due":
            told.setdefault(json.dumps(event["data"]), set()).add(hook["headers"]["webhook-id"])
    assert {len(each) for each in told.values()} == {1}
    taken = {each["headers"]["webhook-id"] for each in hooks}
    assert {id for each in told.values() for id in each} <= taken
    assert len(told) == len(steps)
    return (
        f"{len(letters)} letters, {len(letters) - len(ids)} of them doubles;"
        f" {len(hooks)} webhooks, {len(hooks) - len(taken)} of them doubles"
    )


@pytest.mark.parametrize("play", PLAYS)
def test_three_workers_and_two_servers_on_postgresql(
    server: Server, postgresql_name: str, tmp_path: Path, chance: Random, play: Play
) -> None:
    """No reminder is missing or told under two ids, and every acknowledged decision is there."""

    def be_away() -> None:
        server.stop()
        time.sleep(chance.uniform(0.1, 2))
        if chance.random() < 0.5:
            stage.kill_a_worker()
        server.start()

    stage = staged(server.url_of(postgresql_name), tmp_path, chance, play.patience)
    blows = {
        "worker killed": stage.kill_a_worker,
        "process killed": stage.kill_a_process,
        "server killed": stage.kill_a_server,
        "database away": be_away,
        "database's process killed": lambda: server.kill_a_backend(postgresql_name),
    }
    with running(stage):
        stage.start(servers=2, workers=3, processes=2)
        survive(stage, play, blows)


@pytest.mark.parametrize("play", PLAYS)
def test_one_host_on_sqlite(
    prepared_file: Path, tmp_path: Path, chance: Random, play: Play
) -> None:
    """A server that ticks itself and a worker beside it lose nothing, on a disk that is full."""

    def lock() -> None:
        with locked(stage.url):
            time.sleep(chance.uniform(0.1, 1.5 * PATIENCE))

    def fill_the_disk() -> None:
        with disk.full(stage.processes):
            time.sleep(chance.uniform(0.1, 2))
            if chance.random() < 0.5:
                stage.kill_a_worker()
            time.sleep(chance.uniform(0.1, 1))

    with mounted(tmp_path / "disk") as disk:
        file = shutil.copy(prepared_file, disk.folder / "tollgate.db")
        stage = staged(f"sqlite:///{file}", tmp_path, chance, play.patience)
        blows = {
            "worker killed": stage.kill_a_worker,
            "process killed": stage.kill_a_process,
            "server killed": stage.kill_a_server,
            "lock held": lock,
            "disk full": fill_the_disk,
        }
        with running(stage):
            stage.start(servers=1, workers=1, processes=1)
            survive(stage, play, blows)
